'use strict'
/**
 * Where players are: their client moves them, the world checks.
 *
 * A player may not go faster than a body can, nor through full blocks; who does is put back. Movement costs
 * exhaustion, and falling hurts on landing: the landing is believed only where there is something to land on.
 */

const { Vec3 } = require('vec3')
const { collisionBoxes } = require('./shapes')

/** Blocks a player can cover in a tick, on average; sprint-jumping, knock-back and falls stay below it. */
const ALLOWANCE_PER_TICK = 1
const ALLOWANCE_LIMIT = 10
const FALL_LIMIT = 4
const TELEPORT_AGAIN = 20
const SAFE_FALL = 3

const EXHAUSTION = { swim: 0.01, sprint: 0.1, jump: 0.05, sprintJump: 0.2 }
/** Share of the fall damage that a landing on this block gives. */
const SOFT_LANDINGS = { hay_block: 0.2, honey_block: 0.2, slime_block: 0 }
const HOLDS = new Set([
  'ladder', 'vine', 'scaffolding', 'cobweb', 'twisting_vines', 'twisting_vines_plant', 'weeping_vines',
  'weeping_vines_plant', 'cave_vines', 'cave_vines_plant', 'sweet_berry_bush', 'powder_snow',
])

const RADIANS = Math.PI / 180

function look(player, { yaw, pitch }) {
  if (!Number.isFinite(yaw) || !Number.isFinite(pitch)) return
  player.yaw = yaw * RADIANS
  player.pitch = pitch * RADIANS
}

/** Put a player somewhere; what its client says about its position counts again when it has confirmed. */
function teleport(world, player, pos) {
  const { movement } = player
  player.pos = new Vec3(pos.x, pos.y, pos.z)
  player.fallDistance = 0
  movement.pendingTeleport = ++movement.lastTeleport
  movement.teleportedAt = world.tick
  sendPosition(player)
}

function sendPosition(player) {
  const { x, y, z } = player.pos
  const turn = { yaw: player.yaw / RADIANS, pitch: player.pitch / RADIANS }
  player.session.send('position', { x, y, z, ...turn, flags: 0, teleportId: player.movement.lastTeleport })
}

function confirm(player, teleportId) {
  if (teleportId === player.movement.pendingTeleport) player.movement.pendingTeleport = 0
}

const blockAt = (world, { x, y, z }) => world.blockName(Math.floor(x), Math.floor(y), Math.floor(z))

/** Whether a point is inside a full block: no body can be there. */
function insideFullBlock(world, x, y, z) {
  const state = world.chunks.peek(Math.floor(x), Math.floor(y), Math.floor(z))
  if (state === undefined) return false
  const boxes = collisionBoxes(world.data, state)
  return boxes.length === 1 && boxes[0].every((edge, i) => edge === (i < 3 ? 0 : 1))
}

const inWall = (world, pos) =>
  insideFullBlock(world, pos.x, pos.y + 0.1, pos.z) || insideFullBlock(world, pos.x, pos.y + 1.2, pos.z)

/** Whether there is anything below the feet that can carry a body. */
function standsOnSomething(world, pos) {
  for (const dx of [-0.3, 0, 0.3]) {
    for (const dz of [-0.3, 0, 0.3]) {
      for (const dy of [0.01, 0.6]) {
        const state = world.chunks.peek(Math.floor(pos.x + dx), Math.floor(pos.y - dy), Math.floor(pos.z + dz))
        if (state === undefined || world.data.isSolid(state) || collisionBoxes(world.data, state).length) return true
      }
    }
  }
  return false
}

/** The player's client reports a new position. */
function move(world, player, { x, y, z, onGround }) {
  const { movement } = player
  if (movement.pendingTeleport || !player.alive || player.sleeping) return
  if (![x, y, z].every((value) => Number.isFinite(value) && Math.abs(value) < 3e7)) return
  const to = new Vec3(x, y, z)
  const by = to.minus(player.pos)
  const cost = Math.hypot(by.x, Math.max(0, by.y), by.z)
  const free = player.gamemode === 'creative' || player.gamemode === 'spectator'
  const tooFast = cost > movement.allowance || by.y < -FALL_LIMIT * 3
  if (!free && (tooFast || (inWall(world, to) && !inWall(world, player.pos)))) {
    teleport(world, player, player.pos)
    return
  }
  movement.allowance -= cost
  if (player.gamemode === 'survival') strain(world, player, to, by, onGround)
  player.pos = to
  ground(world, player, onGround)
}

/** What moving costs, and how far the player has fallen. */
function strain(world, player, to, by, onGround) {
  const distance = Math.hypot(by.x, by.z)
  const feet = blockAt(world, to)
  if (feet === 'water') world.exhaust(player, EXHAUSTION.swim * Math.hypot(distance, by.y))
  else if (player.sprinting) world.exhaust(player, EXHAUSTION.sprint * distance)
  const jumped = player.onGround && !onGround && by.y > 0.3
  if (jumped) world.exhaust(player, player.sprinting ? EXHAUSTION.sprintJump : EXHAUSTION.jump)
  if (feet === 'water' || HOLDS.has(feet)) player.fallDistance = 0
  else if (by.y < 0) player.fallDistance -= feet === 'lava' ? by.y / 2 : by.y
}

/** The player's client reports whether it stands on the ground. */
function ground(world, player, onGround) {
  if (player.movement.pendingTeleport || !player.alive) return
  player.onGround = !!onGround && standsOnSomething(world, player.pos)
  if (!player.onGround) return
  const fallen = player.fallDistance
  player.fallDistance = 0
  if (fallen <= SAFE_FALL || player.gamemode !== 'survival' || !world.rules.fall_damage) return
  const landing = blockAt(world, player.pos.offset(0, -0.2, 0))
  const share = landing.endsWith('_bed') ? 0.5 : (SOFT_LANDINGS[landing] ?? 1)
  const damage = Math.ceil((fallen - SAFE_FALL) * share)
  if (damage > 0) world.hurtPlayer(player, damage, 'fall', { bypassArmour: true })
}

const ACTIONS = {
  start_sneaking: { sneaking: true }, stop_sneaking: { sneaking: false },
  start_sprinting: { sprinting: true }, stop_sprinting: { sprinting: false },
}

/** Sneaking and sprinting. */
function action(player, actionId) {
  Object.assign(player, ACTIONS[actionId])
}

/** A tick's worth of movement becomes free; an unanswered teleport is sent again. */
function step(world, player) {
  const { movement } = player
  movement.allowance = Math.min(ALLOWANCE_LIMIT, movement.allowance + ALLOWANCE_PER_TICK)
  if (!movement.pendingTeleport || world.tick - movement.teleportedAt < TELEPORT_AGAIN) return
  movement.teleportedAt = world.tick
  sendPosition(player)
}

module.exports = { look, move, ground, teleport, confirm, action, step }
