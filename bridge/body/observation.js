/**
 * Plain JSON pictures of mineflayer's objects: what crosses into the isolate and out to Python. Nothing here changes
 * anything, and nothing that it returns refers back into the bot.
 */
'use strict'

const { Vec3 } = require('vec3')

const MAX_DEPTH = 6

function position (vec) {
  return vec ? { x: vec.x, y: vec.y, z: vec.z } : null
}

function item (stack) {
  if (!stack) return null
  const plain = {
    name: stack.name,
    displayName: stack.displayName,
    type: stack.type,
    count: stack.count,
    slot: stack.slot,
    metadata: stack.metadata ?? 0,
    stackSize: stack.stackSize
  }
  if (stack.maxDurability) {
    plain.maxDurability = stack.maxDurability
    plain.durabilityUsed = stack.durabilityUsed ?? 0
  }
  return plain
}

/** The bot's own slots as they are: while a window is open, mineflayer keeps the pockets there. */
function ownSlots ({ inventory, currentWindow }) {
  if (!currentWindow) return inventory.slots
  const pockets = currentWindow.slots.slice(currentWindow.inventoryStart, currentWindow.inventoryEnd)
  return inventory.slots.toSpliced(inventory.inventoryStart, pockets.length, ...pockets)
}

/** A block without what its state alone determines; stateInfo() has the rest. */
function block (found) {
  const plain = {
    stateId: found.stateId, position: position(found.position), light: found.light, skyLight: found.skyLight
  }
  return found.name.endsWith('_sign') ? { ...plain, signText: signText(found) } : plain
}

/** What is written on a sign, its front before its back; '' where nothing is. */
function signText (found) {
  return (found?.getSignText?.() ?? []).map(side => side.trim()).filter(Boolean).join('\n')
}

/** What all blocks of one state share. */
function stateInfo (found) {
  const { stateId, name, displayName, type, metadata, hardness, diggable, boundingBox, material, transparent } = found
  return {
    stateId, name, displayName, type, metadata, hardness, diggable, boundingBox, material, transparent,
    harvestTools: found.harvestTools ?? null,
    properties: found.getProperties()
  }
}

function entity (other) {
  const plain = {
    id: other.id,
    type: other.type,
    kind: other.kind,
    name: other.name,
    displayName: other.displayName,
    username: other.username,
    position: position(other.position),
    velocity: position(other.velocity),
    yaw: other.yaw,
    pitch: other.pitch,
    onGround: other.onGround,
    height: other.height,
    width: other.width,
    health: other.health
  }
  const dropped = droppedItem(other)
  if (dropped) plain.droppedItem = { name: dropped.name, type: dropped.type, count: dropped.count }
  const held = other.equipment?.[0]
  if (held) plain.heldItem = { name: held.name, type: held.type, count: held.count }
  return plain
}

/** The item that lies there as this entity, or null; a server may tell of the entity without saying which item it is. */
function droppedItem (other) {
  try {
    return other.name === 'item' ? other.getDroppedItem?.() ?? null : null
  } catch {
    return null
  }
}

/** Everything about the bot itself that skill code reads without waiting. */
function self (bot) {
  const { time, game } = bot
  return {
    username: bot.username,
    entity: { ...entity(bot.entity), isInWater: bot.entity.isInWater, isInLava: bot.entity.isInLava },
    health: bot.health,
    food: bot.food,
    foodSaturation: bot.foodSaturation,
    oxygenLevel: bot.oxygenLevel ?? 20,
    experience: { level: bot.experience.level, points: bot.experience.points, progress: bot.experience.progress },
    time: { timeOfDay: time.timeOfDay, day: time.day, isDay: time.isDay, age: time.age, moonPhase: time.moonPhase },
    game: { gameMode: game.gameMode, dimension: game.dimension, difficulty: game.difficulty, minY: game.minY,
      height: game.height },
    spawnPoint: position(bot.spawnPoint),
    isRaining: bot.isRaining,
    isSleeping: bot.isSleeping,
    quickBarSlot: bot.quickBarSlot,
    slots: ownSlots(bot).map((stack, slot) => stack && { ...item(stack), slot })
  }
}

/** Any value as plain JSON of bounded depth: game objects become their pictures, what cannot cross is cut. */
function plain (value, depth = 0) {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || depth > MAX_DEPTH) return null
  if (value instanceof Vec3) return position(value)
  if (value instanceof Map) return plain(Object.fromEntries(value), depth)
  if (value instanceof Set) return plain([...value], depth)
  if (Array.isArray(value)) return value.map(element => plain(element, depth + 1))
  if ('stateId' in value && 'position' in value) return { name: value.name, ...block(value) }
  if ('stackSize' in value && 'slot' in value) return item(value)
  if ('id' in value && 'position' in value && 'velocity' in value) return entity(value)
  const entries = Object.entries(value).filter(([, element]) => element !== undefined && typeof element !== 'function')
  return Object.fromEntries(entries.map(([key, element]) => [key, plain(element, depth + 1)]))
}

module.exports = { position, item, ownSlots, block, signText, stateInfo, entity, droppedItem, self, plain }
