/**
 * Finds the primitives: each file in primitives/ exports {name, signature, run}, and its header comment is its
 * documentation. There is no list to keep: a new primitive is a new file.
 */
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const FOLDER = path.join(__dirname, 'primitives')

/** @returns {Map<string, {name: string, signature: string, doc: string, run: Function}>} in order of file name */
function loadPrimitives (folder = FOLDER) {
  const found = new Map()
  if (!fs.existsSync(folder)) return found
  for (const file of fs.readdirSync(folder).filter(name => name.endsWith('.js')).sort()) {
    const full = path.join(folder, file)
    const { name, signature, run } = require(full)
    if (typeof run !== 'function' || name !== path.basename(file, '.js')) {
      throw new Error(`${file} must export {name: '${path.basename(file, '.js')}', signature, run}`)
    }
    found.set(name, { name, signature, doc: headerOf(fs.readFileSync(full, 'utf8')), run })
  }
  return found
}

/** The text of the first block comment of a source, without its stars. */
function headerOf (source) {
  const comment = /\/\*\*?([\s\S]*?)\*\//.exec(source)?.[1] ?? ''
  return comment.split('\n').map(line => line.replace(/^\s*\* ?/, '')).join('\n').trim()
}

module.exports = { loadPrimitives }
