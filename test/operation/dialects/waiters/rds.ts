import { all, any, error, path, queryError, type WaiterCase } from './waiter.ts';

const STATUS = 'DBInstances[].DBInstanceStatus';

const instances = (...states: readonly string[]) => ({
  DBInstances: states.map((DBInstanceStatus) => ({
    DBInstanceIdentifier: 'orders',
    DBInstanceStatus,
    Engine: 'postgres',
    MultiAZ: false,
  })),
});

export const RDS: readonly WaiterCase[] = [
  {
    name: 'DBInstanceAvailable',
    waiter: {
      operation: 'DescribeDBInstances',
      delay: 30,
      maxAttempts: 60,
      acceptors: [
        all(STATUS, 'available', 'success'),
        ...any(STATUS, ['deleted', 'deleting', 'failed', 'incompatible-restore', 'incompatible-parameters'], 'failure'),
      ],
    },
    answers: [
      { says: 'it is available', body: instances('available'), means: 'succeeded', state: 'available' },
      { says: 'it is backing up', body: instances('backing-up'), means: 'pending', state: 'backing-up' },
      {
        says: 'it cannot be restored',
        body: instances('incompatible-restore'),
        means: 'failed',
        state: 'incompatible-restore',
      },
      {
        says: 'it is not there, which this waiter has no word for',
        status: 404,
        body: queryError('DBInstanceNotFound'),
        means: 'rejected',
      },
    ],
  },
  {
    name: 'DBInstanceDeleted',
    waiter: {
      operation: 'DescribeDBInstances',
      delay: 30,
      maxAttempts: 60,
      acceptors: [
        path('length(DBInstances) == `0`', true, 'success'),
        error('DBInstanceNotFound', 'success'),
        ...any(STATUS, ['creating', 'modifying', 'rebooting', 'resetting-master-credentials'], 'failure'),
      ],
    },
    answers: [
      { says: 'there are none', body: instances(), means: 'succeeded', state: 'answered 200' },
      {
        says: 'it is not there',
        status: 404,
        body: queryError('DBInstanceNotFound'),
        means: 'succeeded',
        state: 'DBInstanceNotFound',
      },
      { says: 'it is being deleted', body: instances('deleting'), means: 'pending', state: 'deleting' },
      { says: 'it is being modified', body: instances('modifying'), means: 'failed', state: 'modifying' },
      { says: 'nothing of instances', body: {}, means: 'pending', state: 'answered 200' },
    ],
  },
];
