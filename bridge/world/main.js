'use strict'
/**
 * The world process. Control on stdin and stdout (control.js), players on a socket (server.js), words for people on
 * stderr. Ends when its input closes. Nothing is saved unless it is asked for.
 *
 *   node main.js --dir DIR (--socket PATH | --port N [--host 127.0.0.1]) [--seed N] [--generation N]
 *                [--clock lockstep|real] [--view 5] [--rule name=value]... [--ops name,name]
 */

const { parseArgs } = require('node:util')
const { World } = require('./world')
const { CLOCKS } = require('./tick_clock')
const { parseRule } = require('./rules')
const { serve } = require('./control')
const { listen } = require('./server')
const storage = require('./storage')

const OPTIONS = {
  dir: { type: 'string' },
  socket: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  seed: { type: 'string' },
  generation: { type: 'string' },
  clock: { type: 'string', default: 'lockstep' },
  view: { type: 'string', default: '5' },
  rule: { type: 'string', multiple: true, default: [] },
  ops: { type: 'string', default: '' },
}
const DEFAULT_SEED = 1

function wholeNumber(text, name, least, most) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`)
  }
  return value
}

/** The command line as checked settings. Throws a RangeError or TypeError that says what is wrong. */
function settings(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS })
  if (!values.socket === !values.port) throw new RangeError('say --socket PATH or --port N')
  if (!Object.hasOwn(CLOCKS, values.clock)) {
    throw new RangeError(`--clock must be one of ${Object.keys(CLOCKS).join(', ')}`)
  }
  const number = (name, least, most) =>
    values[name] === undefined ? undefined : wholeNumber(values[name], name, least, most)
  return {
    dir: values.dir,
    where: values.socket ? { socket: values.socket } : { host: values.host, port: number('port', 0, 65535) },
    seed: number('seed', -(2 ** 52), 2 ** 52),
    generation: number('generation', 0, 2 ** 50),
    clock: values.clock,
    view: number('view', 2, 16),
    rules: Object.fromEntries(values.rule.map(parseRule)),
    operators: values.ops.split(',').filter(Boolean),
  }
}

async function main() {
  const { dir, where, seed, generation, clock: clockName, view, rules, operators } = settings(process.argv.slice(2))
  const store = dir ? storage.open(dir, { generation }) : null
  const world = new World({ seed: seed ?? store?.loadState()?.seed ?? DEFAULT_SEED, view, rules, operators, store })
  const clock = new CLOCKS[clockName](world)
  const server = await listen(world, clock, where)
  clock.start()
  console.error(`world: seed ${world.seed}, ${clockName} clock, at ${where.socket ?? `${where.host}:${where.port}`}`)
  serve(world, process.stdin, process.stdout, () => {
    clock.stop()
    server.close()
    store?.close()
    process.exit(0)
  })
}

main().catch((error) => {
  console.error(`world: ${error.message}`)
  process.exit(2)
})
