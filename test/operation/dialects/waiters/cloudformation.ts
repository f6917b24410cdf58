import { all, any, error, queryError, type WaiterCase } from './waiter.ts';

const STATUS = 'Stacks[].StackStatus';
const COMMON = { operation: 'DescribeStacks', delay: 30, maxAttempts: 120 } as const;

// A stack that is being updated has been created: the create was a success, and says nothing of the update.
const CREATED = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_FAILED',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
];

const stack = (StackStatus: string) => ({
  Stacks: [
    {
      StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1',
      StackName: 'shop',
      StackStatus,
      Outputs: [],
    },
  ],
});
const missing = queryError('ValidationError', 'Stack with id shop does not exist');

export const CLOUDFORMATION: readonly WaiterCase[] = [
  {
    name: 'StackCreateComplete',
    waiter: {
      ...COMMON,
      acceptors: [
        ...CREATED.map((status) => all(STATUS, status, 'success')),
        ...any(
          STATUS,
          ['CREATE_FAILED', 'DELETE_COMPLETE', 'DELETE_FAILED', 'ROLLBACK_FAILED', 'ROLLBACK_COMPLETE'],
          'failure',
        ),
        error('ValidationError', 'failure'),
      ],
    },
    answers: [
      { says: 'it is created', body: stack('CREATE_COMPLETE'), means: 'succeeded', state: 'CREATE_COMPLETE' },
      {
        says: 'a later update failed, which is a success of the create, not health of the stack',
        body: stack('UPDATE_FAILED'),
        means: 'succeeded',
        state: 'UPDATE_FAILED',
      },
      {
        says: 'a later update is being rolled back, which is a success of the create as well',
        body: stack('UPDATE_ROLLBACK_IN_PROGRESS'),
        means: 'succeeded',
        state: 'UPDATE_ROLLBACK_IN_PROGRESS',
      },
      { says: 'it is being created', body: stack('CREATE_IN_PROGRESS'), means: 'pending', state: 'CREATE_IN_PROGRESS' },
      {
        says: 'it is being rolled back',
        body: stack('ROLLBACK_IN_PROGRESS'),
        means: 'pending',
        state: 'ROLLBACK_IN_PROGRESS',
      },
      { says: 'it was rolled back', body: stack('ROLLBACK_COMPLETE'), means: 'failed', state: 'ROLLBACK_COMPLETE' },
      { says: 'there is no such stack', status: 400, body: missing, means: 'failed', state: 'ValidationError' },
    ],
  },
  {
    name: 'StackUpdateComplete',
    waiter: {
      ...COMMON,
      acceptors: [
        all(STATUS, 'UPDATE_COMPLETE', 'success'),
        ...any(STATUS, ['UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_COMPLETE'], 'failure'),
        error('ValidationError', 'failure'),
      ],
    },
    answers: [
      { says: 'it is updated', body: stack('UPDATE_COMPLETE'), means: 'succeeded', state: 'UPDATE_COMPLETE' },
      {
        says: 'it cleans up, which goes on',
        body: stack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
        means: 'pending',
        state: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      },
      { says: 'the update failed', body: stack('UPDATE_FAILED'), means: 'failed', state: 'UPDATE_FAILED' },
      { says: 'there is no such stack', status: 400, body: missing, means: 'failed', state: 'ValidationError' },
    ],
  },
  {
    name: 'StackDeleteComplete',
    waiter: {
      ...COMMON,
      acceptors: [
        all(STATUS, 'DELETE_COMPLETE', 'success'),
        error('ValidationError', 'success'),
        ...any(
          STATUS,
          [
            'DELETE_FAILED',
            'CREATE_FAILED',
            'ROLLBACK_FAILED',
            'UPDATE_ROLLBACK_IN_PROGRESS',
            'UPDATE_ROLLBACK_FAILED',
            'UPDATE_ROLLBACK_COMPLETE',
            'UPDATE_COMPLETE',
          ],
          'failure',
        ),
      ],
    },
    answers: [
      { says: 'it is deleted', body: stack('DELETE_COMPLETE'), means: 'succeeded', state: 'DELETE_COMPLETE' },
      { says: 'there is no such stack', status: 400, body: missing, means: 'succeeded', state: 'ValidationError' },
      { says: 'it is being deleted', body: stack('DELETE_IN_PROGRESS'), means: 'pending', state: 'DELETE_IN_PROGRESS' },
      { says: 'it cannot be deleted', body: stack('DELETE_FAILED'), means: 'failed', state: 'DELETE_FAILED' },
    ],
  },
];
