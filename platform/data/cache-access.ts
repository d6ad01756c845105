/**
 * What one service may do in the shared cache: its own keys and channels, and no command that sees or stops others.
 * `info` is how a client learns that the server is ready; `client` names its connection.
 * Source: Valkey, "ACL".
 */
export const cacheAccess = (service: string): string =>
  [
    'on',
    `~${service}:*`,
    'resetchannels',
    `&bentocache.notifications:${service}`,
    '-@all',
    '+@read',
    '+@write',
    '+@scripting',
    '+@pubsub',
    '+@transaction',
    '+@connection',
    '-@dangerous',
    '+info',
  ].join(' ')
