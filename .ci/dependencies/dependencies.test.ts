import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { auditProblems, Exceptions } from './audit.ts'
import { readAllowScripts, scriptProblems } from './install-scripts.ts'
import { licenceProblems } from './licences.ts'
import { lockedPackages, type LockedPackage, readLockFile } from './lock-file.ts'

const ROOT = join(import.meta.dirname, '..', '..')

test('every package has a licence from the list, and no script that nobody decided on', () => {
  const packages = readLockFile(ROOT)
  expect(packages.length).toBeGreaterThan(500)
  expect(licenceProblems(packages)).toEqual([])
  expect(scriptProblems(packages, readAllowScripts(ROOT))).toEqual([])
})

const locked = (name: string, more: Partial<LockedPackage>): LockedPackage => ({
  ...{ name, version: '1.0.0', license: 'MIT', integrity: 'sha512-x' },
  ...more,
})

test.for([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['(MIT AND GPL-3.0)', false],
  ['GPL-3.0', false],
  ['SEE LICENSE IN LICENSE', false],
  ['Apache-2.0 WITH LLVM-exception', false],
] as const)('licence %s is on the list: %s', ([license, allowed]) => {
  expect(licenceProblems([locked('a', { license })]).length === 0).toBe(allowed)
})

test('a script at installation needs a decision, and a decision needs a script', () => {
  const packages = [locked('a', { hasInstallScript: true }), locked('b', {})]
  expect(scriptProblems(packages, { a: false })).toEqual([])
  expect(scriptProblems(packages, {})[0]).toMatch(/^a runs a script when it is installed/)
  expect(scriptProblems(packages, { a: true, b: true })[0]).toContain('b, which has no script')
})

test('an alias is known by the name of what it stands for', () => {
  const text = JSON.stringify({
    packages: {
      '': {},
      'node_modules/x': { name: '@a/b' },
      'node_modules/y/node_modules/@c/d': {},
    },
  })
  expect(lockedPackages(text).map(({ name }) => name)).toEqual(['@a/b', '@c/d'])
})

test('a package of another place than the registry is named', () => {
  const foreign = locked('a', { resolved: 'https://evil.example/a.tgz' })
  const { integrity: _, ...unsure } = locked('b', {})
  expect(scriptProblems([foreign, unsure], {})).toEqual([
    'a 1.0.0 comes from evil.example; package-lock.json names no host',
    'b 1.0.0 has no integrity in package-lock.json',
  ])
})

describe('npm audit', () => {
  // As npm 11 writes it; the registry of this machine has no such endpoint.
  const advisory = {
    ...{ source: 1112455, name: 'lodash', dependency: 'lodash' },
    title: 'Prototype Pollution in lodash',
    url: 'https://github.com/advisories/GHSA-p6mc-m468-83gw',
    ...{ severity: 'high', cwe: ['CWE-770'], range: '>=3.7.0 <4.17.19' },
    cvss: { score: 7.4, vectorString: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H' },
  }
  const report = (severity = 'high') =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: {
        lodash: {
          ...{ name: 'lodash', severity, isDirect: false, effects: ['async'], range: '<4.17.19' },
          ...{
            via: [{ ...advisory, severity }],
            nodes: ['node_modules/lodash'],
            fixAvailable: true,
          },
        },
        async: {
          ...{ name: 'async', severity, isDirect: true, via: ['lodash'], effects: [], range: '<3' },
          ...{ nodes: ['node_modules/async'], fixAvailable: true },
        },
      },
      metadata: { vulnerabilities: { high: 2, total: 2 }, dependencies: { total: 900 } },
    })
  const judged = (output: string, exceptions: object[] = []) =>
    auditProblems(output, Exceptions.parse({ exceptions }), '2026-11-30')
  const exception = {
    ...{
      advisory: 'GHSA-p6mc-m468-83gw',
      reason: 'only our own keys get there',
      owner: 'platform',
    },
    expires: '2026-12-31',
  }

  test('each advisory that is more than low is told once', () => {
    expect(judged(report())).toEqual([
      'GHSA-p6mc-m468-83gw high in lodash >=3.7.0 <4.17.19: Prototype Pollution in lodash, https://github.com/advisories/GHSA-p6mc-m468-83gw',
    ])
    expect(judged(report('low'))).toEqual([])
  })

  test('an exception holds until its day, and is told when it ended or is of no use', () => {
    expect(judged(report(), [exception])).toEqual([])
    const ended = judged(report(), [{ ...exception, expires: '2026-11-29' }])
    expect(ended).toHaveLength(2)
    expect(ended[1]).toContain('by platform ended on 2026-11-29')
    expect(judged(report('low'), [exception])[0]).toContain('is of no use: delete it')
    expect(() => judged(report(), [{ ...exception, expires: 'never' }])).toThrow('must be a day')
  })

  test('a registry that does not answer is an error, never a pass', () => {
    const refused = JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 })
    expect(() => judged(refused)).toThrow('npm audit could not ask: 405 Method Not Allowed')
    expect(() => judged('')).toThrow('npm audit wrote no JSON')
  })
})
