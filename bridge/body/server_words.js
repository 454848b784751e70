/**
 * What a server says when it ends a connection, as one plain line. Servers send text components: nested JSON with
 * text, translation keys and arguments. Only words come out; colours, links and line breaks are dropped.
 */
'use strict'

const MOST_LETTERS = 300
const MOST_DEPTH = 16

/**
 * @param {string|object} reason  a text component, as JSON or already parsed, or plain text
 * @param {Record<string, string>} language  translation key to the sentence of the game, with %s for arguments
 */
function plainWords (reason, language = {}) {
  return flat(parsed(reason), language, 0).replace(/§./g, '').replace(/[\p{C}\s]+/gu, ' ').trim().slice(0, MOST_LETTERS)
}

function parsed (reason) {
  if (typeof reason !== 'string') return reason
  try {
    return JSON.parse(reason)
  } catch {
    return reason
  }
}

function flat (part, language, depth) {
  if (part === null || part === undefined || depth > MOST_DEPTH) return ''
  if (typeof part !== 'object') return String(part)
  if (Array.isArray(part)) return part.map(each => flat(each, language, depth + 1)).join('')
  const { text = '', translate, with: values = [], extra = [] } = part
  return text + (translate ? translated(translate, values, language, depth) : '') + flat(extra, language, depth + 1)
}

function translated (key, values, language, depth) {
  const words = [].concat(values).map(value => flat(value, language, depth + 1))
  if (!Object.hasOwn(language, key)) return [key, ...words].join(' ')
  let next = 0
  return language[key].replace(/%(?:(\d+)\$)?s/g, (_, number) => words[number ? number - 1 : next++] ?? '')
}

module.exports = { plainWords }
