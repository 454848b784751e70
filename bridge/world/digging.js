'use strict'
/**
 * Breaking blocks: how long it takes, who may, and what comes of it.
 *
 * The client says when it starts and when it believes to be done; the server counts the ticks itself. Done at 70 % of
 * the needed time counts (the client's clock may run ahead); earlier than that, the block breaks when its time is up.
 * Every finished or refused dig is answered with the block as it is and an acknowledgement.
 */

const { Vec3 } = require('vec3')
const { blockDrops } = require('./loot')
const { heldSlot, heldStack } = require('./equipment')
const { toss, wearHeld } = require('./inventory')
const { withCount } = require('./stacks')
const { otherHalf } = require('./pairs')

const REACH = 6
const EARLY_SHARE = 0.7
const EXHAUSTION = 0.005
const [START, CANCEL, FINISH, DROP_ALL, DROP_ONE, RELEASE, SWAP_HANDS] = [0, 1, 2, 3, 4, 5, 6]
const OFF_HAND = 45

/** Experience that ores give, as [least, most]. */
const ORE_EXPERIENCE = {
  coal_ore: [0, 2], diamond_ore: [3, 7], emerald_ore: [3, 7], lapis_ore: [2, 5], redstone_ore: [1, 5],
  nether_quartz_ore: [2, 5], nether_gold_ore: [0, 1], spawner: [15, 43], sculk: [1, 1],
}

/** Carry out a `block_dig` message; it also carries dropping, releasing and swapping of what is in hand. */
function dig(world, player, { status, location, sequence }) {
  if (!player.alive) return
  if (status === DROP_ALL || status === DROP_ONE) return dropHeld(world, player, status === DROP_ALL)
  if (status === RELEASE) {
    player.using = null
    return
  }
  if (status === SWAP_HANDS) {
    const slot = heldSlot(player)
    const { slots } = player
    ;[slots[slot], slots[OFF_HAND]] = [slots[OFF_HAND], slots[slot]]
    return
  }
  const { x, y, z } = location
  if (status === START) start(world, player, x, y, z)
  else if (status === CANCEL) player.digging = null
  else if (status === FINISH) finish(world, player, x, y, z)
  player.session.send('acknowledge_player_digging', { sequenceId: Math.max(0, sequence ?? 0) })
}

function dropHeld(world, player, all) {
  const stack = heldStack(player)
  if (!stack) return
  toss(world, player, withCount(stack, all ? stack.count : 1))
  player.slots[heldSlot(player)] = all ? null : withCount(stack, stack.count - 1)
}

/** Show the client the block as it is. */
function show(world, player, x, y, z) {
  player.session.send('block_change', { location: { x, y, z }, type: world.chunks.get(x, y, z) })
}

const withinReach = (player, x, y, z) => player.eyes.distanceTo(new Vec3(x + 0.5, y + 0.5, z + 0.5)) <= REACH

/** Ticks that the player needs for the block, as it stands now. */
function ticksNeeded(world, player, state) {
  const eyes = player.eyes.floored()
  const inWater = world.blockName(eyes.x, eyes.y, eyes.z) === 'water'
  return world.data.digTime(state, heldStack(player)?.name ?? null, { inWater, onGround: player.onGround })
}

function start(world, player, x, y, z) {
  player.digging = null
  const state = world.chunks.get(x, y, z)
  const allowed = player.gamemode === 'survival' || player.gamemode === 'creative'
  if (!allowed || world.data.isAir(state) || !withinReach(player, x, y, z)) return show(world, player, x, y, z)
  const needed = player.gamemode === 'creative' ? 0 : ticksNeeded(world, player, state)
  if (needed === Infinity || world.data.isLiquid(state)) return show(world, player, x, y, z)
  if (needed === 0) breakBlock(world, player, x, y, z)
  else player.digging = { x, y, z, state, since: world.tick, needed, late: false }
}

function finish(world, player, x, y, z) {
  const { digging } = player
  const same = digging && digging.x === x && digging.y === y && digging.z === z
  if (same && withinReach(player, x, y, z)) {
    if (world.tick - digging.since >= digging.needed * EARLY_SHARE - 1) {
      player.digging = null
      breakBlock(world, player, x, y, z)
    } else digging.late = true
  }
  show(world, player, x, y, z)
}

/** Break what was claimed too early, when its time is up. */
function step(world, player) {
  const { digging } = player
  if (!digging?.late || world.tick - digging.since < digging.needed) return
  player.digging = null
  breakBlock(world, player, digging.x, digging.y, digging.z)
}

/** Break a block for a player: contents and drops fall, the tool wears, ores give experience. */
function breakBlock(world, player, x, y, z) {
  const { data } = world
  const state = world.chunks.get(x, y, z)
  if (data.isAir(state)) return
  const name = data.blockName(state)
  const tool = heldStack(player)
  const survival = player.gamemode === 'survival'
  const pair = otherHalf(data, state, x, y, z)
  const leftBehind = remainsAs(world, name, state, x, y, z, survival)
  world.setBlock(x, y, z, leftBehind)
  const pairState = pair && world.blockName(pair.x, pair.y, pair.z) === name ? world.chunks.get(pair.x, pair.y, pair.z) : null
  if (pairState !== null) {
    world.setBlock(pair.x, pair.y, pair.z, data.stateOf('air'))
  }
  const effect = { effectId: 2001, location: { x, y, z }, data: state, global: false }
  world.broadcastNear(player.pos, 'world_event', effect, { except: player })
  const dropped = survival ? drop(world, state, tool, x, y, z) : []
  if (survival && pairState !== null && /_(bed|door)$/.test(name) && dropped.length === 0) { // only one half drops it
    dropped.push(...drop(world, pairState, tool, pair.x, pair.y, pair.z))
  }
  world.events.emit('dug', { player: player.name, block: name, x, y, z, tool: tool?.name ?? null, dropped })
  if (!survival) return
  world.exhaust(player, EXHAUSTION)
  if (tool) wearHeld(world, player, wearOf(tool.name, data.blockOf(state)))
  const range = ORE_EXPERIENCE[name.replace('deepslate_', '')]
  if (range && dropped.length) {
    const points = world.random.range(...range)
    if (points) world.addExperience(player, points)
  }
}

/** How much breaking a block wears what is in hand: only what is made for breaking, and shears by anything but fire. */
function wearOf(held, { name, hardness }) {
  if (held === 'shears') return name.endsWith('fire') ? 0 : 1
  if (!(hardness > 0)) return 0
  if (/_sword$|^trident$/.test(held)) return 2
  return /_(pickaxe|axe|shovel|hoe)$/.test(held) ? 1 : 0
}

/** The state that a broken block leaves: air, or water where there was water in it or ice melts. */
function remainsAs(world, name, state, x, y, z, survival) {
  const { data } = world
  const under = data.blockName(world.chunks.get(x, y - 1, z))
  const wet = data.propsOf(state).waterlogged || /^(seagrass|tall_seagrass|kelp|kelp_plant)$/.test(name)
  const melts = survival && name === 'ice' && under !== 'air'
  return data.stateOf(wet || melts ? 'water' : 'air')
}

/** Let the drops of a block fall where it stood. Returns them. */
function drop(world, state, tool, x, y, z) {
  const { random } = world
  const drops = blockDrops(world, state, tool?.name ?? null, random)
  for (const stack of drops) {
    const at = new Vec3(x + 0.25 + random.next() * 0.5, y + 0.25 + random.next() * 0.5, z + 0.25 + random.next() * 0.5)
    const velocity = new Vec3(random.next() * 0.2 - 0.1, 0.2, random.next() * 0.2 - 0.1)
    world.dropItem(at, { name: stack.name, count: stack.count }, velocity)
  }
  return drops.map(({ name, count }) => ({ name, count }))
}

module.exports = { dig, step, show, withinReach }
