/**
 * Which tool for which block, by the game's own dig times. The answer is remembered until the inventory changes: a
 * search for a path asks for every stone it might break.
 */
'use strict'

const { usesLeft } = require('./inventory')
const { worth } = require('./worth')

/** A dear tool with fewer uses left than this is spared while another one does the work. */
const SPARE_BELOW = 25
const DEAR = 9
const remembered = new WeakMap() // bot -> {answers: Map}

/**
 * The best tool carried for a block: {tool: item or null for the bare hand, ticks, harvests}. A tool that harvests
 * beats a faster one that does not; of equal ones the least valuable is used up first.
 */
function quickest (bot, block) {
  const { answers } = memoryOf(bot)
  let answer = answers.get(block.type)
  if (!answer) answers.set(block.type, answer = choose(bot, block))
  return answer
}

function memoryOf (bot) {
  let memory = remembered.get(bot)
  if (!memory) {
    remembered.set(bot, memory = { answers: new Map() })
    bot.inventory.on('updateSlot', () => memory.answers.clear())
  }
  return memory
}

function choose (bot, block) {
  const rate = tool => ({
    tool,
    ticks: Math.ceil(block.digTime(tool?.type ?? null, false, false, false, [], bot.entity.effects) / 50),
    harvests: !block.harvestTools || Boolean(tool && block.harvestTools[tool.type]),
    spared: Boolean(tool && worth(tool.name) >= DEAR && usesLeft(tool) < SPARE_BELOW),
    price: tool ? worth(tool.name) : -1
  })
  return [null, ...bot.inventory.items().filter(item => item.maxDurability || item.name === 'shears')]
    .map(rate)
    .sort((a, b) => b.harvests - a.harvests || a.spared - b.spared || a.ticks - b.ticks || a.price - b.price)[0]
}

/** Names of the tools that make a block drop something; empty when the bare hand does. */
function harvesters (data, name) {
  return Object.keys(data.blocksByName[name].harvestTools ?? {}).map(id => data.items[id].name)
}

module.exports = { quickest, harvesters }
