'use strict'
/**
 * A joined body for tests: a real world process and the body's own operations in this process, without the jail.
 * Loading this file puts the process on the body's virtual time.
 */

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { operations } = require('../body/main')

const MAIN = path.join(__dirname, '..', 'world', 'main.js')

/** Starts a world, joins it, and gives {run, ask, operations, close}. */
async function join ({ seed = 7, rules = {}, sight, clock } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'journeyman-body-'))
  const socket = path.join(folder, 'world.sock')
  const settings = Object.entries({ mob_spawning: false, ...rules })
    .flatMap(([name, value]) => ['--rule', `${name}=${value}`])
  const world = spawn(process.execPath, [
    MAIN, '--dir', folder, '--socket', socket, '--seed', String(seed), '--view', '3', '--clock', clock ?? 'lockstep',
    ...settings
  ], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map()
  let asked = 0
  readline.createInterface({ input: world.stdout }).on('line', line => {
    const { id, ok, value, error } = JSON.parse(line)
    const { resolve, reject } = waiting.get(id)
    if (ok) resolve(value)
    else reject(new Error(`${error.code}: ${error.message}`))
  })
  const ask = (op, args = {}) => new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject })
    world.stdin.write(JSON.stringify({ id: asked, op, args }) + '\n')
  })
  await ask('hello')
  const joined = await operations.join({ socket, seed: 1, username: 'Tester', sight, clock })
  return {
    joined,
    world,
    ask,
    operations,
    /** One program from the body of its main function, or from a list of modules. */
    run: (program, { args = {}, limits = {} } = {}) => operations.run({
      modules: typeof program === 'string'
        ? [{ id: 'main', name: 'main', source: `async function main(bot, args = {}) {\n${program}\n}` }]
        : program,
      main: 'main',
      args,
      limits
    }),
    async close () {
      operations.leave()
      world.stdin.end()
      await new Promise(resolve => world.once('exit', resolve))
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
}

module.exports = { join }
