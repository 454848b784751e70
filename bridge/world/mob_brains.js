'use strict'
/**
 * What mobs want: animals stroll and flee, monsters hunt the nearest player they see, each in its way.
 *
 * `think` gives the push of the legs for this tick and does what the mob decides (a blow, a shot, a fuse). Its memory
 * is plain fields of the entity: target, path, cooldown. Distances, rhythms and speeds are vanilla's.
 */
const { findPath } = require('./pathing')
const { canSee } = require('./entity_physics')
const { scaledByDifficulty } = require('./combat')
const { lightNow } = require('./daylight')

const STROLL_CHANCE = 1 / 120
const STROLL_REACH = 10
/** After so long without anyone near, a mob stands still. */
const BORED_TICKS = 100
const FLEE_REACH = 5
const LOOK_EVERY = 10
const FORGET_UNSEEN = 60
const REPATH_TICKS = 10
const STUCK_TICKS = 40
const JUMP = 0.42
const PLAYER_EYES = 1.62
const PLAYER_WIDTH = 0.6
const ATTACK_EVERY = 20
const SHOOT_WITHIN = 15
const DRAW_TICKS = 20
const FUSE_TICKS = 30
const FUSE_STARTS = 3
const FUSE_STOPS = 7
/** Light from which a spider leaves people alone. */
const SHY_LIGHT = 12
const STAND = { pushX: 0, pushZ: 0 }

/** One tick of a mob's mind: {pushX, pushZ}, the acceleration of its legs. */
function think(world, mob, kind, size) {
  if (kind.category === 'animal') return wander(world, mob, kind, size)
  const prey = choosePrey(world, mob, kind, size)
  if (mob.cooldown > 0) mob.cooldown--
  if (!prey) {
    if (mob.fuse > 0) setFuse(world, mob, mob.fuse - 1)
    return wander(world, mob, kind, size)
  }
  return BRAINS[kind.brain](world, mob, kind, size, prey)
}

const BRAINS = { melee, archer, creeper }

function wander(world, mob, kind, size) {
  const fleeing = mob.age < (mob.panicUntil ?? 0)
  if (!mob.path && (fleeing || (!(mob.idle >= BORED_TICKS) && world.random.chance(STROLL_CHANCE)))) {
    const reach = fleeing ? FLEE_REACH : STROLL_REACH
    const { random } = world
    const to = mob.pos.offset(random.range(-reach, reach), 0, random.range(-reach, reach))
    setPath(mob, findPath(world, mob.pos, to, { tall: size.height > 1, leisure: true }))
  }
  return followPath(mob, kind.speed * (fleeing ? kind.panic : 1))
}

function setPath(mob, path) {
  mob.path = path.length > 0 ? path : null
  mob.pathStep = 0
  mob.pathTicks = 0
}

/** Walk to the next place of the path; jump where it goes up. */
function followPath(mob, speed) {
  if (!mob.path) return STAND
  const [x, y, z] = mob.path[mob.pathStep]
  const dx = x + 0.5 - mob.pos.x
  const dz = z + 0.5 - mob.pos.z
  const distance = Math.hypot(dx, dz)
  if (distance < 0.4 && Math.abs(y - mob.pos.y) < 1) {
    mob.pathTicks = 0
    if (++mob.pathStep >= mob.path.length) {
      mob.path = null
      return STAND
    }
  } else if (++mob.pathTicks > STUCK_TICKS) {
    mob.path = null
    return STAND
  }
  if (y > mob.pos.y + 0.6 && mob.onGround && distance < 1.5) mob.vel.y = JUMP
  return pushTowards(mob, dx, dz, speed)
}

/** Vanilla's legs: the push is the square of the speed attribute, a little less for the drag of input. */
function pushTowards(mob, dx, dz, speed) {
  const distance = Math.hypot(dx, dz)
  if (distance < 1e-3) return STAND
  mob.yaw = Math.atan2(-dx, dz)
  const push = speed * speed * 0.98
  return { pushX: (dx / distance) * push, pushZ: (dz / distance) * push }
}

/** The player that a monster is after: the nearest it sees within its range; forgotten after three seconds unseen. */
function choosePrey(world, mob, kind, size) {
  let prey = mob.target ? world.players.get(mob.target) : null
  if (prey && !huntable(prey, mob, kind.follow)) prey = null
  const looksNow = (mob.age + mob.id) % LOOK_EVERY === 0
  if (prey && looksNow) {
    mob.unseen = sees(world, mob, size, prey) ? 0 : (mob.unseen ?? 0) + LOOK_EVERY
    if (mob.unseen > FORGET_UNSEEN) prey = null
    else if (kind.shy_of_light && world.random.chance(LOOK_EVERY / 100) && inLight(world, mob)) prey = null
  }
  if (!prey && looksNow && !(kind.shy_of_light && inLight(world, mob))) {
    prey = nearestSeen(world, mob, kind.follow, size)
    mob.unseen = 0
  }
  if (mob.target !== (prey?.name ?? null)) {
    mob.target = prey?.name ?? null
    mob.path = null
  }
  return prey
}

function nearestSeen(world, mob, range, size) {
  let nearest = null
  let least = Infinity
  for (const player of world.players.values()) {
    const distance = player.pos.distanceTo(mob.pos)
    const visible = player.sneaking ? range * 0.8 : range
    if (distance >= least || !huntable(player, mob, visible) || !sees(world, mob, size, player)) continue
    nearest = player
    least = distance
  }
  return nearest
}

function huntable(player, mob, range) {
  return player.alive && (player.gamemode === 'survival' || player.gamemode === 'adventure') &&
    player.pos.distanceTo(mob.pos) <= range
}

const eyesOf = (mob, size) => mob.pos.offset(0, size.height * 0.85, 0)
const sees = (world, mob, size, player) => canSee(world, eyesOf(mob, size), player.pos.offset(0, PLAYER_EYES, 0))

function inLight(world, { pos }) {
  const { x, y, z } = pos.floored()
  return lightNow(world, x, y, z) >= SHY_LIGHT
}

/** Go after the prey, looking for a new way when it moved or the old one ended. */
function chase(world, mob, kind, size, prey) {
  if (mob.age >= (mob.repathAt ?? 0) && (!mob.path || movedSincePath(mob, prey))) {
    mob.repathAt = mob.age + REPATH_TICKS
    mob.pathFor = [prey.pos.x, prey.pos.y, prey.pos.z]
    setPath(mob, findPath(world, mob.pos, prey.pos, { tall: size.height > 1 }))
  }
  if (mob.path) return followPath(mob, kind.speed)
  const dx = prey.pos.x - mob.pos.x
  const dz = prey.pos.z - mob.pos.z
  return Math.hypot(dx, dz) < 2 ? pushTowards(mob, dx, dz, kind.speed) : STAND
}

function movedSincePath(mob, prey) {
  const [x, y, z] = mob.pathFor ?? [Infinity, 0, 0]
  return Math.abs(prey.pos.x - x) + Math.abs(prey.pos.y - y) + Math.abs(prey.pos.z - z) > 1
}

function face(mob, prey) {
  mob.yaw = Math.atan2(-(prey.pos.x - mob.pos.x), prey.pos.z - mob.pos.z)
}

function melee(world, mob, kind, size, prey) {
  const reach = (kind.reach ?? (size.width * 2) ** 2) + PLAYER_WIDTH
  const offset = prey.pos.minus(mob.pos)
  const squared = offset.x ** 2 + offset.y ** 2 + offset.z ** 2
  if (squared <= reach && !(mob.cooldown > 0) && sees(world, mob, size, prey)) {
    mob.cooldown = ATTACK_EVERY
    face(mob, prey)
    world.entitySystem.tracking.tell(mob, 'animation', { entityId: mob.id, animation: 0 })
    world.hurtPlayer(prey, scaledByDifficulty(kind.damage, world.rules.difficulty), mob.kind, {
      from: mob.pos, by: mob,
    })
  }
  return chase(world, mob, kind, size, prey)
}

/** A skeleton stops within 15 blocks of prey in sight, draws for a second, shoots, and rests (less on hard). */
function archer(world, mob, kind, size, prey) {
  const inSight = mob.unseen === 0 && prey.pos.distanceTo(mob.pos) <= SHOOT_WITHIN && sees(world, mob, size, prey)
  if (!inSight) {
    mob.drawn = 0
    return chase(world, mob, kind, size, prey)
  }
  mob.path = null
  face(mob, prey)
  if (mob.cooldown > 0) return STAND
  mob.drawn = (mob.drawn ?? 0) + 1
  if (mob.drawn <= DRAW_TICKS) return STAND
  mob.drawn = 0
  mob.cooldown = world.rules.difficulty === 'hard' ? 20 : 40
  shootAt(world, mob, size, prey)
  return STAND
}

const SPREAD = { peaceful: 14, easy: 10, normal: 6, hard: 2 }
const HARDNESS = { peaceful: 0, easy: 1, normal: 2, hard: 3 }

function shootAt(world, mob, size, prey) {
  const from = eyesOf(mob, size)
  const { difficulty } = world.rules
  const aim = prey.pos.offset(0, 0.6, 0).minus(from)
  aim.y += Math.hypot(aim.x, aim.z) * 0.2
  const jitter = world.random.next() - world.random.next()
  const damage = 2 + HARDNESS[difficulty] * 0.11 + jitter * 0.57425
  const shooter = { kind: mob.kind, id: mob.id }
  world.entitySystem.shoot({ from, direction: aim, speed: 1.6, spread: SPREAD[difficulty], damage, shooter })
}

/** A creeper walks up, hisses for a second and a half, and explodes; it calms down when the prey gets away. */
function creeper(world, mob, kind, size, prey) {
  const distance = prey.pos.distanceTo(mob.pos)
  const fuse = mob.fuse ?? 0
  const swelling = distance < (fuse > 0 ? FUSE_STOPS : FUSE_STARTS) && sees(world, mob, size, prey)
  if (!swelling) {
    if (fuse > 0) setFuse(world, mob, fuse - 1)
    return chase(world, mob, kind, size, prey)
  }
  setFuse(world, mob, fuse + 1)
  if (mob.fuse >= FUSE_TICKS) {
    world.removeEntity(mob)
    world.entitySystem.explode(mob.pos, kind.explosion, mob.kind)
  }
  return STAND
}

function setFuse(world, mob, fuse) {
  const wasLit = mob.fuse > 0
  mob.fuse = fuse
  if (wasLit !== fuse > 0) world.entitySystem.tracking.changed(mob)
}

module.exports = { think }
