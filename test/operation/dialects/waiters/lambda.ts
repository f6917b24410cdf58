import { jsonError, path, type WaiterCase } from './waiter.ts';

const configuration = (State: string, LastUpdateStatus: string) => ({
  FunctionName: 'resize',
  Runtime: 'nodejs22.x',
  Version: '3',
  State,
  LastUpdateStatus,
});
const lambda = (state: string, lastUpdate = 'Successful') => ({
  Configuration: configuration(state, lastUpdate),
  Code: { RepositoryType: 'S3' },
  Tags: {},
});

export const LAMBDA: readonly WaiterCase[] = [
  {
    name: 'FunctionActiveV2',
    waiter: {
      operation: 'GetFunction',
      delay: 1,
      maxAttempts: 300,
      acceptors: [
        path('Configuration.State', 'Active', 'success'),
        path('Configuration.State', 'Failed', 'failure'),
        path('Configuration.State', 'Pending', 'retry'),
      ],
    },
    answers: [
      { says: 'it is active', body: lambda('Active'), means: 'succeeded', state: 'Active' },
      { says: 'it is pending', body: lambda('Pending'), means: 'pending', state: 'Pending' },
      { says: 'it is inactive', body: lambda('Inactive'), means: 'pending', state: 'Inactive' },
      { says: 'it failed', body: lambda('Failed'), means: 'failed', state: 'Failed' },
      { says: 'it is asked too often', status: 429, body: jsonError('TooManyRequestsException'), means: 'unreadable' },
    ],
  },
  {
    name: 'FunctionUpdatedV2',
    waiter: {
      operation: 'GetFunction',
      delay: 1,
      maxAttempts: 300,
      acceptors: [
        path('Configuration.LastUpdateStatus', 'Successful', 'success'),
        path('Configuration.LastUpdateStatus', 'Failed', 'failure'),
        path('Configuration.LastUpdateStatus', 'InProgress', 'retry'),
      ],
    },
    answers: [
      { says: 'it is updated', body: lambda('Active', 'Successful'), means: 'succeeded', state: 'Successful' },
      { says: 'it is being updated', body: lambda('Active', 'InProgress'), means: 'pending', state: 'InProgress' },
      { says: 'the update failed', body: lambda('Active', 'Failed'), means: 'failed', state: 'Failed' },
    ],
  },
  {
    name: 'PublishedVersionActive',
    waiter: {
      operation: 'GetFunctionConfiguration',
      delay: 5,
      maxAttempts: 312,
      acceptors: [
        path('State', 'Active', 'success'),
        path('State', 'Failed', 'failure'),
        path('State', 'Pending', 'retry'),
      ],
    },
    answers: [
      { says: 'it is active', body: configuration('Active', 'Successful'), means: 'succeeded', state: 'Active' },
      { says: 'it is pending', body: configuration('Pending', 'Successful'), means: 'pending', state: 'Pending' },
      { says: 'it failed', body: configuration('Failed', 'Successful'), means: 'failed', state: 'Failed' },
    ],
  },
];
