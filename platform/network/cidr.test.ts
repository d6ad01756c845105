import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePrivateRange, planSubnets } from './cidr.ts'

test('a /16 over three zones', () => {
  expect(planSubnets('10.0.0.0/16', 3)).toEqual([
    { private: '10.0.0.0/19', isolated: '10.0.32.0/20', public: '10.0.48.0/21' },
    { private: '10.0.64.0/19', isolated: '10.0.96.0/20', public: '10.0.112.0/21' },
    { private: '10.0.128.0/19', isolated: '10.0.160.0/20', public: '10.0.176.0/21' },
  ])
})

test('a third zone moves none of the subnets of two', () => {
  expect(planSubnets('172.16.0.0/18', 3).slice(0, 2)).toEqual(planSubnets('172.16.0.0/18', 2))
})

const span = (cidr: string) => {
  const [address = '', prefix = ''] = cidr.split('/')
  const start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return { start, end: start + 2 ** (32 - Number(prefix)) }
}

test('subnets lie in the VPC, do not overlap and start where their size allows', () => {
  const range = fc
    .tuple(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 2 ** 24 - 1 }))
    .map(([prefix, offset]) => {
      const size = 2 ** (32 - prefix)
      const start = 10 * 2 ** 24 + Math.floor(offset / size) * size
      return `${[24, 16, 8, 0].map(shift => Math.floor(start / 2 ** shift) % 256).join('.')}/${prefix}`
    })
  fc.assert(
    fc.property(range, fc.constantFrom(2, 3), (cidr, zones) => {
      const vpc = span(cidr)
      const subnets = planSubnets(cidr, zones)
        .flatMap(blocks => Object.values(blocks).map(span))
        .sort((a, b) => a.start - b.start)
      expect(subnets).toHaveLength(zones * 3)
      let last = vpc.start
      for (const { start, end } of subnets) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(start % (end - start)).toBe(0)
        expect(end - start).toBeGreaterThanOrEqual(2 ** 7)
        last = end
      }
      expect(last).toBeLessThanOrEqual(vpc.end)
    }),
  )
})

test.for([
  ['10.0.0.0/8', 'has the wrong size'],
  ['10.0.0.0/24', 'has the wrong size'],
  ['8.8.0.0/16', 'is not private'],
  ['172.32.0.0/16', 'is not private'],
  ['192.169.0.0/16', 'is not private'],
  ['10.0.1.0/16', 'does not start at its network address'],
  ['10.0.0.256/16', 'is no IPv4 range'],
  ['10.0.0.0', 'is no IPv4 range'],
  ['fd00::/16', 'is no IPv4 range'],
  ['', 'is no IPv4 range'],
] as const)('%s %s', ([cidr, problem]) => {
  expect(() => parsePrivateRange(cidr)).toThrow(
    `${cidr} ${problem}; allowed: a private range from /16 to /20 such as 10.0.0.0/16`,
  )
})
