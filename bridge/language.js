/**
 * Answers questions about sources of skills where no world is needed: one JSON line in, one JSON line out.
 *
 *   {op: 'facts', source, primitives}   parse.js          {op: 'functions', source}   {main, functions} of adapt.js
 *   {op: 'adapt', source, ...}          adapt.js
 *   {op: 'shape', source}, {op: 'generalise', source, name, groups}, {op: 'wrapper', source, name, values},
 *   {op: 'rename', source, from, to}, {op: 'extract', sources, starts, length, name, purpose}          reshape.js
 *
 * {ok: true, value} or {ok: false, message}. Sources are only ever parsed, never run. Ends when its input closes.
 */
'use strict'

const readline = require('node:readline')
const { facts } = require('./parse')
const { adapt, functionsOf, mainOf } = require('./adapt')
const { shape, generalise, wrapper, rename, extract } = require('./reshape')

const operations = {
  facts: ({ source, primitives }) => facts(source, { primitives }),
  functions: ({ source }) => ({ main: mainOf(source), functions: functionsOf(source) }),
  adapt,
  shape,
  generalise,
  wrapper,
  rename,
  extract
}

function answer (line) {
  try {
    const request = JSON.parse(line)
    if (!Object.hasOwn(operations, request.op)) throw new RangeError(`there is no operation ${request.op}`)
    return { ok: true, value: operations[request.op](request) }
  } catch (error) {
    return { ok: false, message: error.message }
  }
}

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
lines.on('line', line => process.stdout.write(JSON.stringify(answer(line)) + '\n'))
