'use strict'
/**
 * The rules that a world can be given, with vanilla's defaults. Whatever is not listed here is no rule.
 *
 * `keep_inventory` and `daylight: false` are help for whoever plays: they are set by name and recorded, never implied.
 * `recipes` alters how many pieces recipes give (recipe_yields.js).
 */

const { parseYields } = require('../recipe_yields')

const GAMEMODES = ['survival', 'creative', 'adventure', 'spectator']
const DIFFICULTIES = ['peaceful', 'easy', 'normal', 'hard']

const defaultRules = Object.freeze({
  difficulty: 'easy',
  keep_inventory: false,
  daylight: true,
  mob_spawning: true,
  mob_griefing: true,
  natural_regeneration: true,
  fall_damage: true,
  recipes: '',
})

/** Read `name=value` from text. Throws a RangeError that says what is possible. */
function parseRule(text) {
  const [name, value, ...rest] = text.split('=')
  if (!Object.hasOwn(defaultRules, name) || rest.length) {
    throw new RangeError(`there is no rule "${text}"; rules are ${Object.keys(defaultRules).join(', ')}, as name=value`)
  }
  if (name === 'recipes') {
    parseYields(value)
    return [name, value]
  }
  const allowed = name === 'difficulty' ? DIFFICULTIES : ['true', 'false']
  if (!allowed.includes(value)) throw new RangeError(`${name} must be one of ${allowed.join(', ')}, not "${value}"`)
  return [name, name === 'difficulty' ? value : value === 'true']
}

module.exports = { defaultRules, parseRule, DIFFICULTIES, GAMEMODES }
