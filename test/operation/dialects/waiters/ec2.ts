import { all, any, error, queryError, type WaiterCase } from './waiter.ts';

const INSTANCES = 'Reservations[].Instances[].State.Name';

const reservations = (...states: readonly (readonly string[])[]) => ({
  Reservations: states.map((names, at) => ({
    ReservationId: `r-${at}`,
    OwnerId: '123456789012',
    Instances: names.map((Name) => ({
      InstanceId: `i-0abc${at}`,
      InstanceType: 't3.micro',
      State: { Code: 16, Name },
      StateReason: { Code: '', Message: '' },
    })),
  })),
});
const snapshots = (...states: readonly string[]) => ({
  Snapshots: states.map((State) => ({ SnapshotId: 'snap-0abc', Progress: '40%', State, VolumeId: 'vol-0abc' })),
});
const images = (...states: readonly string[]) => ({
  Images: states.map((State) => ({ ImageId: 'ami-0abc', State, RootDeviceType: 'ebs' })),
});

export const EC2: readonly WaiterCase[] = [
  {
    name: 'InstanceRunning',
    waiter: {
      operation: 'DescribeInstances',
      delay: 15,
      maxAttempts: 40,
      acceptors: [
        all(INSTANCES, 'running', 'success'),
        ...any(INSTANCES, ['shutting-down', 'terminated', 'stopping'], 'failure'),
        error('InvalidInstanceID.NotFound', 'retry'),
      ],
    },
    answers: [
      {
        says: 'all run',
        body: reservations(['running', 'running'], ['running']),
        means: 'succeeded',
        state: 'running',
      },
      {
        says: 'one is pending',
        body: reservations(['running'], ['pending']),
        means: 'pending',
        state: 'running, pending',
      },
      {
        says: 'one is terminated',
        body: reservations(['running', 'terminated']),
        means: 'failed',
        state: 'running, terminated',
      },
      { says: 'one stops', body: reservations(['stopping']), means: 'failed', state: 'stopping' },
      { says: 'there are none', body: reservations(), means: 'pending', state: 'answered 200' },
      {
        says: 'it is not known yet',
        status: 400,
        body: queryError('InvalidInstanceID.NotFound'),
        means: 'pending',
        state: 'InvalidInstanceID.NotFound',
      },
    ],
  },
  {
    name: 'InstanceTerminated',
    waiter: {
      operation: 'DescribeInstances',
      delay: 15,
      maxAttempts: 40,
      acceptors: [all(INSTANCES, 'terminated', 'success'), ...any(INSTANCES, ['pending', 'stopping'], 'failure')],
    },
    answers: [
      { says: 'all are terminated', body: reservations(['terminated']), means: 'succeeded', state: 'terminated' },
      { says: 'one shuts down', body: reservations(['shutting-down']), means: 'pending', state: 'shutting-down' },
      {
        says: 'one starts again',
        body: reservations(['terminated', 'pending']),
        means: 'failed',
        state: 'terminated, pending',
      },
    ],
  },
  {
    name: 'SnapshotCompleted',
    waiter: {
      operation: 'DescribeSnapshots',
      delay: 15,
      maxAttempts: 40,
      acceptors: [all('Snapshots[].State', 'completed', 'success'), ...any('Snapshots[].State', ['error'], 'failure')],
    },
    answers: [
      { says: 'it is completed', body: snapshots('completed'), means: 'succeeded', state: 'completed' },
      { says: 'it is pending', body: snapshots('pending'), means: 'pending', state: 'pending' },
      { says: 'it went wrong', body: snapshots('completed', 'error'), means: 'failed', state: 'completed, error' },
    ],
  },
  {
    name: 'ImageAvailable',
    waiter: {
      operation: 'DescribeImages',
      delay: 15,
      maxAttempts: 40,
      acceptors: [all('Images[].State', 'available', 'success'), ...any('Images[].State', ['failed'], 'failure')],
    },
    answers: [
      { says: 'it is available', body: images('available'), means: 'succeeded', state: 'available' },
      { says: 'it is pending', body: images('pending'), means: 'pending', state: 'pending' },
      { says: 'it failed', body: images('failed'), means: 'failed', state: 'failed' },
    ],
  },
];
