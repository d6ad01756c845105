import { DATABASE, DATABASE_ADMIN, CACHE_USERS, POSTGRES_PASSWORD } from './secrets.ts'

/** One service of a compose file. */
export interface Part {
  image: string
  [key: string]: unknown
}

export const secretPath = (name: string): string => `/run/secrets/${name}`

/** So often at first, so that what waits for it starts at once. */
export const EAGERLY = {
  interval: '10s',
  timeout: '5s',
  retries: 3,
  start_period: '60s',
  start_interval: '500ms',
}

/** @param databasePort of this machine; undefined: only services reach it */
export const postgres = (databasePort: number | undefined): Part => ({
  image: 'postgres:18',
  command: ['postgres', '-c', 'max_connections=200'],
  environment: {
    POSTGRES_DB: DATABASE,
    POSTGRES_USER: DATABASE_ADMIN,
    POSTGRES_PASSWORD_FILE: secretPath(POSTGRES_PASSWORD),
  },
  secrets: [POSTGRES_PASSWORD],
  volumes: ['database:/var/lib/postgresql'],
  // A port needs a network that leads outside.
  networks: databasePort === undefined ? ['data'] : ['data', 'default'],
  ...(databasePort !== undefined && { ports: [`127.0.0.1:${databasePort}:5432`] }),
  // By TCP: the server that makes the database at first listens on its socket alone.
  healthcheck: {
    test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', DATABASE_ADMIN, '-d', DATABASE],
    ...EAGERLY,
  },
  security_opt: ['no-new-privileges:true'],
  restart: 'unless-stopped',
  stop_grace_period: '60s',
  shm_size: '128mb',
})

export const VALKEY: Part = {
  image: 'valkey/valkey:8-alpine',
  // What is in it may be lost.
  command: [
    ...['valkey-server', '--aclfile', secretPath(CACHE_USERS), '--save', '', '--appendonly', 'no'],
    ...['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    // Who has no password may ping, see `valkey-users`; without this it would be taken for a server left open.
    ...['--protected-mode', 'no'],
  ],
  secrets: [CACHE_USERS],
  networks: ['data'],
  tmpfs: ['/data'],
  healthcheck: { test: ['CMD', 'valkey-cli', 'ping'], ...EAGERLY },
  security_opt: ['no-new-privileges:true'],
  restart: 'unless-stopped',
}

/** As tasks on AWS run: not root, without capabilities, and nothing but /tmp to write to. */
export const CONFINED = {
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
}
