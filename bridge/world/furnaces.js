'use strict'
/**
 * Furnaces, smokers and blast furnaces: fuel, progress, results and the experience they keep.
 *
 * The state lives in the block entity; the world only keeps a list of those that have something to do, so that
 * thousands of cold furnaces cost nothing. Tables: data/smelting.json, data/fuel.json.
 */

const SMELTING = require('../data/smelting.json')
const FUEL = require('../data/fuel.json')
const { openWindow } = require('./windows')
const { SlotList } = require('./views')
const { withCount, limit } = require('./stacks')

/** Kinds of furnace: progress a tick, the title, and whether they smelt only what is marked for them. */
const KINDS = {
  furnace: { speed: 1, title: 'Furnace', general: true },
  smoker: { speed: 2, title: 'Smoker', general: false },
  blast_furnace: { speed: 2, title: 'Blast Furnace', general: false },
}
const COOK_TICKS = 200
const COOLING = 2
const [INPUT, FUEL_SLOT, OUTPUT] = [0, 1, 2]
const PROPERTIES = { burnLeft: 0, burnTotal: 1, progress: 2, needed: 3 }

const keyOf = (x, y, z) => `${x},${y},${z}`

/** Ticks that an item burns; undefined for what does not. */
const burnTime = (name) => FUEL[name]

/** What an item becomes in this kind of furnace: {result, experience, also} or undefined. */
function smelting(kind, name) {
  const recipe = SMELTING[name]
  return recipe && (KINDS[kind].general || recipe.also === kind) ? recipe : undefined
}

/** Show a furnace to a player. */
function open(world, player, kind, x, y, z) {
  let furnace = world.chunks.blockEntity(x, y, z)
  if (!furnace) {
    furnace = { kind, slots: [null, null, null], burnLeft: 0, burnTotal: 0, progress: 0, experience: 0 }
    world.chunks.setBlockEntity(x, y, z, furnace)
  }
  openWindow(world, player, new SlotList([furnace.slots]), ['input', 'fuel', 'output'], {
    at: keyOf(x, y, z),
    type: kind,
    title: KINDS[kind].title,
    accepts: (slot, stack) => slot !== FUEL_SLOT || burnTime(stack.name) !== undefined || stack.name === 'bucket',
    quickMoveInto: ({ name }) => {
      if (smelting(kind, name)) return [INPUT, INPUT + 1]
      return burnTime(name) === undefined ? null : [FUEL_SLOT, FUEL_SLOT + 1]
    },
    onChange: () => {
      world.chunks.setBlockEntity(x, y, z, furnace)
      wake(world, x, y, z)
    },
    onTake: (stack) => takeOut(world, player, furnace, stack),
  })
  for (const name of Object.keys(PROPERTIES)) tell(player, furnace, name)
}

/** A player takes a result: the item counts as smelted now, and the kept experience is paid out. */
function takeOut(world, player, furnace, stack) {
  world.events.emit('smelted', { player: player.name, item: stack.name, count: stack.count, station: furnace.kind })
  const whole = Math.floor(furnace.experience)
  const points = whole + (world.random.chance(furnace.experience - whole) ? 1 : 0)
  furnace.experience = 0
  if (points) world.addExperience(player, points)
}

function tell(player, furnace, name) {
  const value = name === 'needed' ? COOK_TICKS : furnace[name]
  player.session.send('craft_progress_bar', { windowId: player.window.id, property: PROPERTIES[name], value })
}

/** Look after the furnace at a place from the next tick on. */
function wake(world, x, y, z) {
  world.furnaces.set(keyOf(x, y, z), [x, y, z])
}

/** The furnace at a place is gone. */
function forget(world, x, y, z) {
  world.furnaces.delete(keyOf(x, y, z))
}

/** One tick of every furnace that has something to do. Those in columns out of memory wait. */
function step(world) {
  for (const [key, [x, y, z]] of world.furnaces) {
    if (world.chunks.peek(x, y, z) === undefined) continue
    const furnace = world.chunks.blockEntity(x, y, z)
    if (!furnace || !smelt(world, furnace, x, y, z)) world.furnaces.delete(key)
  }
}

/** Advance one furnace; false when it has come to rest. */
function smelt(world, furnace, x, y, z) {
  const { slots, kind } = furnace
  const was = { burnLeft: furnace.burnLeft, burnTotal: furnace.burnTotal, progress: furnace.progress }
  const recipe = slots[INPUT] && smelting(kind, slots[INPUT].name)
  const out = slots[OUTPUT]
  const possible = !!recipe && (!out || (out.name === recipe.result && out.count < limit(world.data, out)))
  if (furnace.burnLeft > 0) furnace.burnLeft--
  if (furnace.burnLeft <= 0 && possible) light(furnace)
  if (furnace.burnLeft > 0 && possible) {
    furnace.progress += KINDS[kind].speed
    if (furnace.progress >= COOK_TICKS) finish(furnace, recipe)
  } else furnace.progress = possible ? Math.max(0, furnace.progress - COOLING) : 0
  if ((was.burnLeft > 0) !== (furnace.burnLeft > 0)) showFire(world, furnace, x, y, z)
  world.chunks.setBlockEntity(x, y, z, furnace)
  for (const player of world.players.values()) {
    if (player.window?.options.at !== keyOf(x, y, z)) continue
    for (const name of Object.keys(was)) if (furnace[name] !== was[name]) tell(player, furnace, name)
  }
  return furnace.burnLeft > 0 || furnace.progress > 0
}

/** Burn the next piece of fuel, if there is one. */
function light(furnace) {
  const fuel = furnace.slots[FUEL_SLOT]
  const ticks = fuel && burnTime(fuel.name)
  if (!ticks) return
  furnace.burnLeft = furnace.burnTotal = Math.floor(ticks / KINDS[furnace.kind].speed)
  const left = withCount(fuel, fuel.count - 1)
  furnace.slots[FUEL_SLOT] = !left && fuel.name === 'lava_bucket' ? { name: 'bucket', count: 1 } : left
}

function finish(furnace, recipe) {
  const { slots } = furnace
  furnace.progress = 0
  furnace.experience += recipe.experience
  const input = slots[INPUT]
  slots[OUTPUT] = { name: recipe.result, count: (slots[OUTPUT]?.count ?? 0) + 1 }
  if (input.name === 'wet_sponge' && slots[FUEL_SLOT]?.name === 'bucket') {
    slots[FUEL_SLOT] = { name: 'water_bucket', count: 1 }
  }
  slots[INPUT] = withCount(input, input.count - 1)
}

/** Bring the block in line with whether it burns. */
function showFire(world, furnace, x, y, z) {
  const state = world.chunks.get(x, y, z)
  world.setBlock(x, y, z, world.data.withProps(state, { lit: furnace.burnLeft > 0 }))
}

module.exports = { KINDS, open, wake, forget, step, smelting }
