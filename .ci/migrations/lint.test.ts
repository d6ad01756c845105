import { expect, test } from 'vitest'
import { lintMigration } from './lint.ts'
import type { RuleName } from './rules.ts'

const rulesOf = async (sql: string) => (await lintMigration(sql)).map(({ rule }) => rule)

const REFUSED = {
  'drops-column': ['alter table orders drop column note'],
  'drops-table': [
    'drop table orders',
    'drop view open_orders',
    'drop function reserve(uuid)',
    'drop schema orders cascade',
    'drop owned by orders',
  ],
  renames: [
    'alter table orders rename column note to notes',
    'alter table orders rename to sales',
    'alter table orders set schema sales',
    "alter type colour rename value 'red' to 'crimson'",
  ],
  'not-null-without-default': ['alter table orders add column note text not null'],
  'sets-not-null': ['alter table orders alter column note set not null'],
  'rewrites-table': [
    'alter table orders alter column total type numeric',
    'alter table orders add column token uuid default gen_random_uuid()',
    'alter table orders add column token uuid not null default uuidv7()',
    'alter table orders add column number bigserial',
    'alter table orders add column number int generated always as identity',
    'alter table orders add column twice int generated always as (total * 2) stored',
  ],
  'index-locks': [
    'create index by_age on orders (created_at)',
    'create unique index u on orders (n)',
  ],
  'drop-index-locks': ['drop index by_age'],
  'constraint-scans': [
    'alter table orders add constraint positive check (total > 0)',
    'alter table orders add constraint buyer foreign key (user_id) references users (id)',
    'alter table orders add constraint one unique (number)',
    'alter table orders add primary key (id)',
    'alter table orders add column n int unique',
  ],
  'changes-all-rows': ['update orders set total = 0', 'delete from orders'],
  'locks-table': [
    'truncate orders',
    'lock table orders',
    'vacuum full orders',
    'cluster orders',
    'reindex table orders',
  ],
  'hides-statements': ['do $$ begin alter table orders drop column note; end $$'],
  'not-in-transaction': ['create index concurrently by_age on orders (created_at)'],
  'not-alone': ['-- no transaction\nselect 1; select 2'],
} as const satisfies Record<RuleName, readonly string[]>

test.for(
  Object.entries(REFUSED).flatMap(([rule, statements]) =>
    statements.map(sql => [rule, sql] as const),
  ),
)('%s: %s', async ([rule, sql]) => {
  expect(new Set(await rulesOf(sql))).toEqual(new Set([rule]))
})

test.for([
  'create table orders (id uuid primary key, note text not null)',
  'create table orders (id int); create index by_id on orders (id); drop table orders',
  'create table orders (id int); insert into orders values (1); update orders set id = 2',
  'alter table orders add column note text',
  "alter table orders add column note text not null default ''",
  'alter table orders add column at timestamptz not null default now()',
  'alter table orders add column twice int generated always as (total * 2) virtual',
  'alter table orders add constraint positive check (total > 0) not valid',
  'alter table orders validate constraint positive',
  'alter table orders add constraint one unique using index one_index',
  'alter table orders alter column note drop not null',
  "alter type colour add value 'blue'",
  '-- no transaction\ncreate index concurrently by_age on orders (created_at)',
  '-- no transaction\ndrop index concurrently by_age',
  "update orders set status = 'paid' where id = 1",
  'create function f() returns int language sql as $$ select 1 $$',
])('is no harm under load: %s', async sql => {
  expect(await lintMigration(sql)).toEqual([])
})

test('a finding names line, object, why, and what to write in its place', async () => {
  const [finding] = await lintMigration(
    '-- Ä: bytes are not characters.\nselect 1;\n\n-- About it.\nalter table orders\n  drop column note;',
  )
  expect(finding).toEqual({
    line: 5,
    rule: 'drops-column',
    message:
      'orders.note: the released code may still read or write it; release code that does not use it first, and drop it in a later release',
  })
})

test('a mark with a reason allows one rule for the statement below it', async () => {
  const marked = '-- allow drops-column: unused since 2.3\nalter table orders drop column note;'
  expect(await lintMigration(marked)).toEqual([])
  expect(await rulesOf(`${marked}\nalter table orders drop column other`)).toEqual(['drops-column'])
  expect(await rulesOf('-- allow renames: why not\nalter table orders drop column note')).toEqual([
    'drops-column',
    'mark',
  ])
})

test.for([
  [
    'has no reason',
    '-- allow drops-column\nalter table orders drop column note',
    ['drops-column', 'mark'],
  ],
  ['names no rule', '-- allow dropping: because\nselect 1', ['mark']],
  ['allows nothing', '-- allow drops-column: because\nselect 1', ['mark']],
] as const)('a mark that %s is refused', async ([, sql, rules]) => {
  expect(await rulesOf(sql)).toEqual(rules)
})

test('what is no SQL is refused', async () => {
  await expect(lintMigration('create tabel x')).rejects.toThrow('syntax error')
})
