/**
 * checkItemInsideChest(bot, chestPosition)
 *
 * Opens a chest, trapped chest or barrel within 32 blocks and looks inside.
 * Returns {items: {name: count}}.
 * Throws not_found (no chest there), unreachable.
 *
 *   const { items } = await checkItemInsideChest(bot, chest.position)
 */
'use strict'

const { atChest, held } = require('../chests')

async function run (body, chestPosition) {
  return atChest(body, chestPosition, async window => ({ items: held(window) }))
}

module.exports = { name: 'checkItemInsideChest', signature: 'checkItemInsideChest(bot, chestPosition)', run }
