const DEFAULTS: Readonly<Record<string, string>> = {
  building: 'BUILD',
  active: 'ACTIVE',
  stopped: 'SHUTOFF',
  resized: 'VERIFY_RESIZE',
  paused: 'PAUSED',
  error: 'ERROR',
  deleted: 'DELETED',
  'soft-delete': 'SOFT_DELETED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
};

const RESIZE = {
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
};
const REBUILD = { rebuilding: 'REBUILD', rebuild_block_device_mapping: 'REBUILD', rebuild_spawning: 'REBUILD' };

const OVERRIDES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  active: {
    migrating: 'MIGRATING',
    ...RESIZE,
    ...REBUILD,
    rebooting: 'REBOOT',
    reboot_pending: 'REBOOT',
    reboot_started: 'REBOOT',
    rebooting_hard: 'HARD_REBOOT',
    reboot_pending_hard: 'HARD_REBOOT',
    reboot_started_hard: 'HARD_REBOOT',
    updating_password: 'PASSWORD',
  },
  stopped: { ...RESIZE, ...REBUILD },
  resized: { resize_reverting: 'REVERT_RESIZE' },
  paused: { migrating: 'MIGRATING' },
  error: REBUILD,
};

/** The status that the API shows. A task that its vm_state does not name is invisible in it. */
export function apiStatus(vmState: string, taskState: string | null): string {
  const override = taskState === null ? undefined : OVERRIDES[vmState]?.[taskState];
  return override ?? DEFAULTS[vmState] ?? 'UNKNOWN';
}

/** Says whether any server can ever show the status. */
export function isApiStatus(status: string): boolean {
  const shown = [...Object.values(DEFAULTS), ...Object.values(OVERRIDES).flatMap((tasks) => Object.values(tasks))];
  return shown.includes(status);
}
