import { logTo } from '../process/log.ts'
import { type BusOptions, openBus } from './open-bus.ts'

/** A process of its own that takes one event and never ends, to be killed: `node testing-consumer.ts OPTIONS`. */
const options = JSON.parse(process.argv[2] ?? '') as Omit<BusOptions, 'log'>
const bus = await openBus({ ...options, log: logTo(process.stderr, 'consumer', 'warn') })
bus.subscribe(() => {
  process.stdout.write('taken\n')
  return new Promise(() => {})
})
