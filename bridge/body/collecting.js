/** Picking up what lies around: walks to dropped items until they are in the inventory or out of reach. */
'use strict'

const { travel, goals } = require('./navigation')

const ITEM_TICKS = 160
const SETTLE_TICKS = 12

/** The name of the item that a dropped-item entity shows, or null while it is unknown. */
function droppedName (entity) {
  try {
    return entity.getDroppedItem()?.name ?? null
  } catch {
    return null // its metadata has not come yet
  }
}

/**
 * Collects the dropped items within `range` of the bot that `wanted(name)` accepts; gives how many items it went for.
 * One that cannot be reached is left; the ones that are still in the air are awaited.
 */
async function collect (body, { range = 8, wanted = () => true, enough = () => false } = {}) {
  const { bot } = body
  const left = new Set()
  let taken = 0
  for (;;) {
    if (enough()) return taken
    const [item] = body.sight.entities(entity => entity.name === 'item' && !left.has(entity.id) &&
      entity.position.distanceTo(bot.entity.position) <= range && wanted(droppedName(entity)))
    if (!item) return taken
    const here = () => Boolean(bot.entities[item.id])
    const { x, y, z } = item.position
    try {
      await travel(body, new goals.GoalNear(x, y, z, 1), {
        ticks: ITEM_TICKS, stop: () => !here(), what: 'a dropped item'
      })
      if (!await body.until(() => !here(), SETTLE_TICKS)) {
        const now = item.position.floored()
        await travel(body, new goals.GoalBlock(now.x, now.y, now.z), {
          ticks: ITEM_TICKS, stop: () => !here(), what: 'a dropped item'
        })
        await body.until(() => !here(), SETTLE_TICKS)
      }
    } catch (error) {
      if (body.stopped || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error
    }
    if (here()) left.add(item.id)
    else taken++
  }
}

module.exports = { collect }
