/**
 * Breaking one block, safely: the right tool in hand, feet on the ground, nothing dangerous behind. Also what a block
 * drops and which hazards lie around a place. Knows nothing of paths or of searching.
 */
'use strict'

const { PrimitiveError } = require('./errors')
const { quickest, harvesters } = require('./tools')
const { hold } = require('./inventory')
const { spoken } = require('./kinds')
const { within } = require('./waiting')

const SIDES = [[0, 1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, -1, 0]]
const AIR = new Set(['air', 'cave_air', 'void_air'])
/** Blocks that fall when nothing is under them. */
const FALLING = ['sand', 'red_sand', 'gravel', 'suspicious_sand', 'suspicious_gravel']
/** How many falling blocks one on the other are looked through for what they lie on. */
const DEEPEST_HEAP = 8
const FLUIDS = new Set(['water', 'lava', 'bubble_column'])
/** Drops that the game's data leaves out of its list for a block. */
const MORE_DROPS = {
  gravel: ['gravel', 'flint'], grass: ['wheat_seeds'], wheat: ['wheat', 'wheat_seeds'], snow: ['snowball']
}

/** Names of the items that a block can drop to a common tool. */
function dropsOf (data, name) {
  const listed = (data.blockLoot[name]?.drops ?? []).filter(drop => !drop.silkTouch).map(drop => drop.item)
  const plain = data.blocksByName[name].drops.map(drop => data.items[drop?.drop?.id ?? drop?.drop ?? drop]?.name)
  return [...new Set([...plain, ...listed, ...(MORE_DROPS[name] ?? [])])].filter(item => item in data.itemsByName)
}

function isAir (block) {
  return Boolean(block) && AIR.has(block.name)
}

function isFluid (block) {
  return Boolean(block) && FLUIDS.has(block.name)
}

function isFalling (block) {
  return Boolean(block) && (FALLING.includes(block.name) || block.name.endsWith('_concrete_powder'))
}

/** 'lava', 'water' or null: what would come in if the block at a place were broken. */
function floods (body, position) {
  let danger = null
  for (const [dx, dy, dz] of SIDES) {
    const beside = body.bot.blockAt(position.offset(dx, dy, dz), false)
    if (beside?.name === 'lava') return 'lava'
    if (dy !== -1 && isFluid(beside)) danger = 'water'
  }
  return danger
}

/** Whether a block holds who stands on it: what falls as soon as it is touched must lie on something that does not. */
function holds (body, position) {
  for (let down = 0; down < DEEPEST_HEAP; down++) {
    const block = body.bot.blockAt(position.offset(0, -down, 0), false)
    if (block?.boundingBox !== 'block') return false
    if (!isFalling(block)) return true
  }
  return true
}

/** Whether breaking the block under the feet would drop the bot into something deadly. */
function deepBelow (body, position) {
  const { bot } = body
  for (let down = 1; down <= 4; down++) {
    const below = bot.blockAt(position.offset(0, -down, 0), false)
    if (!below || below.name === 'lava') return true
    if (below.name === 'water' || holds(body, below.position)) return false
  }
  return true
}

/** Throws `no_tool` unless a carried tool (or the hand) makes one of these blocks drop something. */
function requireTool (body, names) {
  const { data } = body
  const able = names.some(name => toolFor(body, name).harvests)
  if (able) return
  const tools = harvesters(data, names[0])
  throw new PrimitiveError('no_tool', `${spoken(names)} drops nothing without ${spoken(tools)}`, {
    value: tools, remedy: `craft ${tools.find(tool => !/golden/.test(tool)) ?? tools[0]} first`
  })
}

const prototypes = new Map()

/** A block of a name without a place: enough to ask for dig times. */
function blockKind (bot, name) {
  let kind = prototypes.get(name)
  if (!kind) {
    const Block = require('prismarine-block')(bot.registry)
    prototypes.set(name, kind = Block.fromStateId(bot.registry.blocksByName[name].defaultState, 0))
  }
  return kind
}

/** The best tool carried for blocks of a name, as in tools.js. */
function toolFor (body, name) {
  return quickest(body.bot, blockKind(body.bot, name))
}

/** Whether the carried tools make this block drop something. */
function canHarvest (body, block) {
  return quickest(body.bot, block).harvests
}

/**
 * Breaks the block at a position within reach. Interrupted by danger, it deals with that first and starts again.
 * Gives the block that was there.
 */
async function dig (body, position) {
  const { bot } = body
  for (let round = 0; ; round++) {
    await body.reflexes.attend(body)
    const block = bot.blockAt(position)
    if (!block || isAir(block) || isFluid(block)) return block
    if (!block.diggable) {
      throw new PrimitiveError('no_tool', `${block.name} cannot be broken`, {
        value: block.name, remedy: 'go around it'
      })
    }
    bot.pathfinder.setGoal(null)
    await body.until(() => bot.entity.onGround || bot.entity.isInWater, 30)
    const { tool } = quickest(bot, block)
    if (tool) await hold(body, tool)
    else await emptyHand(body)
    try {
      await strike(body, block)
      return block
    } catch (error) {
      if (body.stopped || round >= 3) throw error
      await body.ticks(2)
    }
  }
}

/** A bare hand must not wear out a sword or waste an axe; any item that does not wear will do. */
async function emptyHand (body) {
  const { bot } = body
  if (!bot.heldItem?.maxDurability) return
  const free = [36, 37, 38, 39, 40, 41, 42, 43, 44].find(slot => !bot.inventory.slots[slot]?.maxDurability)
  if (free !== undefined) bot.setQuickBarSlot(free - 36)
}

async function strike (body, block) {
  const { bot } = body
  const patience = Math.ceil(bot.digTime(block) / 50) + 60
  const work = bot.dig(block, true)
  try {
    await within(body, work, patience, `breaking ${block.name}`, () => {
      if (body.reflexes.urgent(body)) {
        throw new PrimitiveError('interrupted', `something came up while breaking ${block.name}`, { value: block.name })
      }
    })
  } finally {
    if (bot.targetDigBlock) bot.stopDigging()
  }
}

module.exports = { dig, dropsOf, floods, holds, deepBelow, requireTool, toolFor, canHarvest, isAir, isFluid, isFalling, FALLING, SIDES }
