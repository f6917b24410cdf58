import { error, jsonError, path, type WaiterCase } from './waiter.ts';

const cluster = (status: string) => ({ cluster: { name: 'shop', version: '1.33', status } });
const nodegroup = (status: string) => ({
  nodegroup: { nodegroupName: 'spot', clusterName: 'shop', status, health: { issues: [] } },
});
const profile = (status: string) => ({ fargateProfile: { fargateProfileName: 'batch', clusterName: 'shop', status } });

export const EKS: readonly WaiterCase[] = [
  {
    name: 'ClusterActive',
    waiter: {
      operation: 'DescribeCluster',
      delay: 30,
      maxAttempts: 40,
      acceptors: [
        path('cluster.status', 'DELETING', 'failure'),
        path('cluster.status', 'FAILED', 'failure'),
        path('cluster.status', 'ACTIVE', 'success'),
      ],
    },
    answers: [
      { says: 'it is active', body: cluster('ACTIVE'), means: 'succeeded', state: 'ACTIVE' },
      { says: 'it is being created', body: cluster('CREATING'), means: 'pending', state: 'CREATING' },
      { says: 'it is being deleted', body: cluster('DELETING'), means: 'failed', state: 'DELETING' },
      { says: 'nobody may look', status: 403, body: jsonError('AccessDeniedException'), means: 'rejected' },
    ],
  },
  {
    name: 'NodegroupActive',
    waiter: {
      operation: 'DescribeNodegroup',
      delay: 30,
      maxAttempts: 80,
      acceptors: [path('nodegroup.status', 'CREATE_FAILED', 'failure'), path('nodegroup.status', 'ACTIVE', 'success')],
    },
    answers: [
      { says: 'it is active', body: nodegroup('ACTIVE'), means: 'succeeded', state: 'ACTIVE' },
      { says: 'it is being updated', body: nodegroup('UPDATING'), means: 'pending', state: 'UPDATING' },
      { says: 'it could not be created', body: nodegroup('CREATE_FAILED'), means: 'failed', state: 'CREATE_FAILED' },
    ],
  },
  {
    name: 'FargateProfileDeleted',
    waiter: {
      operation: 'DescribeFargateProfile',
      delay: 30,
      maxAttempts: 60,
      acceptors: [
        path('fargateProfile.status', 'DELETE_FAILED', 'failure'),
        error('ResourceNotFoundException', 'success'),
      ],
    },
    answers: [
      {
        says: 'it is not there',
        status: 404,
        body: jsonError('ResourceNotFoundException'),
        means: 'succeeded',
        state: 'ResourceNotFoundException',
      },
      { says: 'it is being deleted', body: profile('DELETING'), means: 'pending', state: 'DELETING' },
      { says: 'it cannot be deleted', body: profile('DELETE_FAILED'), means: 'failed', state: 'DELETE_FAILED' },
    ],
  },
];
