#!/usr/bin/env node
/**
 * Runs a skill of this folder on a Minecraft server, without Journeyman: its own body (../scripts/minecraft, the same
 * code with the same primitives) joins as a player in offline mode and executes the skill in an isolate of its own.
 *
 *   npm install --no-package-lock --prefix scripts/minecraft   once, for mineflayer and isolated-vm
 *   node scripts/run.mjs --server HOST:PORT                 run it with its default arguments
 *   node scripts/run.mjs --server HOST:PORT --args '{"count": 3}' [--skill NAME] [--name PLAYER] [--seconds N]
 *   node scripts/run.mjs --contract                         show what it takes, needs and gives; runs nothing
 *
 * The last line on standard output is the result as JSON. Exit codes: 0 it returned, 1 it did not, 2 wrong usage or
 * something is missing. It writes no file and connects to nothing but the server that it is told.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

const NODE = 24
const TICKS_A_SECOND = 20
const here = path => new URL(path, import.meta.url)
const OPTIONS = {
  server: { type: 'string' },
  skill: { type: 'string' },
  args: { type: 'string', default: '{}' },
  name: { type: 'string', default: 'journeyman' },
  seconds: { type: 'string', default: '600' },
  contract: { type: 'boolean', default: false }
}

/** What the person has to mend: one line, exit code 2. */
class Usage extends Error {}

function chosen (program, name) {
  const names = Object.keys(program.skills).filter(each => program.skills[each].language === 'javascript')
  if (!name && names.length > 1) throw new Usage(`say which --skill: ${names.join(', ')}`)
  const skill = names.includes(name ?? names[0]) && program.skills[name ?? names[0]]
  if (!skill) throw new Usage(`there is no skill '${name}' here: ${names.join(', ')}`)
  return skill
}

/** The arguments as an object whose every name the skill knows. */
function argumentsFor (skill, text) {
  let args
  try {
    args = JSON.parse(text)
  } catch (error) {
    throw new Usage(`--args is not JSON: ${error.message}`)
  }
  if (args === null || typeof args !== 'object' || Array.isArray(args)) throw new Usage('--args must be a JSON object')
  const known = skill.parameters.map(({ name }) => name)
  const unknown = Object.keys(args).find(name => !known.includes(name))
  if (unknown) throw new Usage(`the skill takes no '${unknown}', only: ${known.join(', ') || 'nothing'}`)
  return args
}

/** The modules that a skill consists of, callees first, with their sources. */
function modulesOf (program, main) {
  const byId = new Map(program.modules.map(module => [module.id, module]))
  const needed = new Set()
  const need = id => {
    if (needed.has(id)) return
    for (const callee of Object.values(byId.get(id).uses)) need(callee)
    needed.add(id)
  }
  need(main)
  return [...needed].map(id => {
    const { name, uses, file } = byId.get(id)
    return { id, name, uses, source: readFileSync(here(file), 'utf8') }
  })
}

function bodyOf () {
  if (Number(process.versions.node.split('.')[0]) < NODE) {
    throw new Usage(`Node.js ${NODE} or newer is needed, this is ${process.version}`)
  }
  try {
    return createRequire(import.meta.url)('./minecraft/body/main.js').operations
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    throw new Usage(`${error.message.split('\n')[0]}: run npm install --no-package-lock --prefix scripts/minecraft`)
  }
}

async function main () {
  const { values } = parseArgs({ options: OPTIONS })
  const program = JSON.parse(readFileSync(here('./program.json'), 'utf8'))
  const skill = chosen(program, values.skill)
  if (values.contract) {
    process.stdout.write(readFileSync(here(`../${skill.contract}`), 'utf8'))
    return 0
  }
  const where = /^\[?([^\s\]]+?)\]?:(\d+)$/.exec(values.server ?? '')
  if (!where) throw new Usage('say where to play: --server HOST:PORT (or --contract to read what the skill does)')
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Usage('--seconds must be a number above 0')
  const args = argumentsFor(skill, values.args)
  const modules = modulesOf(program, skill.version)
  const body = bodyOf()
  await body.join({ host: where[1], port: Number(where[2]), username: values.name, clock: 'real' })
  const limits = { ticks: Math.ceil(seconds * TICKS_A_SECOND), seconds: seconds + 30 }
  const result = await body.run({ modules, main: skill.version, args, limits })
  await body.leave()
  process.stdout.write(JSON.stringify(result) + '\n')
  return result.outcome === 'returned' ? 0 : 1
}

main().then(code => process.exit(code), error => {
  const usage = error instanceof Usage || String(error.code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${usage || error.code ? error.message : error.stack}\n`)
  process.exit(usage ? 2 : 1)
})
