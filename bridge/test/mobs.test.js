'use strict'
/** What mobs do, suffer and leave, by the figures of the game: on flat ground, tick by tick. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { deathDrops } = require('../world/mobs')
const { afterArmour, scaledByDifficulty, cooldown } = require('../world/combat')
const { findPath } = require('../world/pathing')
const { Random } = require('../world/random')
const { flatWorld, addPlayer, run, put, eventsOf, all, FLOOR } = require('./flat_world')

const MIDNIGHT = 18000
const spawn = (world, kind, x, z = 0.5) =>
  world.spawnEntity({ kind, pos: new Vec3(x, FLOOR, z), persistent: true })

function nightWorld(rules) {
  const world = flatWorld({ rules: { difficulty: 'normal', ...rules } })
  world.time = MIDNIGHT
  return world
}

/** A wall between x = 4 and the player, with a way round at its ends. */
function wall(world) {
  for (let z = -4; z <= 4; z++) for (let dy = 0; dy < 3; dy++) put(world, 4, FLOOR + dy, z, 'stone')
}

test('a zombie comes round a wall and strikes, harder on harder worlds', () => {
  const amounts = {}
  for (const difficulty of ['easy', 'normal', 'hard']) {
    const world = nightWorld({ difficulty })
    addPlayer(world)
    const zombie = spawn(world, 'zombie', 8.5)
    zombie.target = 'tester'
    wall(world)
    run(world, 400, () => eventsOf(world, 'hurt').length > 0)
    amounts[difficulty] = eventsOf(world, 'hurt')[0]?.amount
    assert.equal(eventsOf(world, 'hurt')[0]?.cause, 'zombie')
  }
  assert.deepEqual(amounts, { easy: 2.5, normal: 3, hard: 4.5 })
})

test('a zombie walks about 2.3 blocks a second and climbs a step', () => {
  const world = nightWorld()
  addPlayer(world, 30.5)
  const zombie = spawn(world, 'zombie', 0.5)
  zombie.target = 'tester'
  for (let z = -30; z <= 30; z++) put(world, 12, FLOOR, z, 'stone')
  run(world, 20)
  const from = zombie.pos.x
  run(world, 60)
  assert.ok(Math.abs((zombie.pos.x - from) / 3 - 2.3) < 0.25, `${(zombie.pos.x - from) / 3} blocks a second`)
  run(world, 200)
  assert.ok(zombie.pos.x > 14)
})

test('four charged blows of an iron sword kill a zombie; the killer gets the event and the experience', () => {
  const world = nightWorld()
  const player = addPlayer(world)
  player.slots[36] = { name: 'iron_sword', count: 1 }
  const zombie = spawn(world, 'zombie', 2)
  let blows = 0
  while (zombie.hp > 0 && blows < 20) {
    zombie.pos = new Vec3(2, FLOOR, 0.5)
    world.entitySystem.attack(player, zombie.id)
    blows++
    run(world, 13)
  }
  assert.equal(blows, 4)
  const { mob, weapon, player: killer } = eventsOf(world, 'killed')[0]
  assert.deepEqual([mob, weapon, killer], ['zombie', 'iron_sword', 'tester'])
  assert.equal(player.xp, 5)
  assert.equal(player.slots[36].damage, 4)
  run(world, 20)
  assert.equal(world.entities.has(zombie.id), false)
  const told = player.session.sent.filter(([name, data]) => name === 'entity_status' && data.entityStatus === 3)
  assert.equal(told.length, 1)
})

test('hasty blows are weak, blows from too far or through a wall do nothing', () => {
  assert.ok(cooldown(0, 1.6) < 0.1)
  assert.equal(cooldown(13, 1.6), 1)
  const world = nightWorld()
  const player = addPlayer(world)
  const far = spawn(world, 'cow', 6)
  world.entitySystem.attack(player, far.id)
  assert.equal(far.hp, 10)
  const hidden = spawn(world, 'pig', 3.5)
  for (let dy = 0; dy < 3; dy++) put(world, 2, FLOOR + dy, 0, 'stone')
  world.entitySystem.attack(player, hidden.id)
  assert.equal(hidden.hp, 10)
})

test('a struck body is pushed away and a struck animal runs', () => {
  const world = flatWorld()
  const player = addPlayer(world)
  const cow = spawn(world, 'cow', 2.5)
  run(world, 3)
  world.entitySystem.attack(player, cow.id)
  assert.ok(cow.vel.x > 0.3 && cow.vel.y > 0.3)
  const ran = () => cow.pos.distanceTo(new Vec3(2.5, FLOOR, 0.5)) > 4
  assert.ok(run(world, 100, ran) < 100)
})

test('undead burn by day under the open sky, not under a roof and not at night', () => {
  const world = flatWorld({ rules: { difficulty: 'normal' } })
  addPlayer(world, 40.5)
  const open = spawn(world, 'zombie', 0.5)
  const roofed = spawn(world, 'skeleton', 0.5, 20.5)
  for (let x = -30; x <= 30; x++) for (let z = 8; z <= 34; z++) put(world, x, FLOOR + 3, z, 'stone')
  run(world, 600)
  assert.equal(world.entities.has(open.id), false)
  assert.equal(roofed.hp, 20)
  world.time = MIDNIGHT
  const nightly = spawn(world, 'zombie', 0.5)
  run(world, 200)
  assert.equal(nightly.hp, 20)
})

test('a creeper hisses for thirty ticks, then breaks blocks and hurts; without griefing the blocks stay', () => {
  for (const griefing of [true, false]) {
    const world = nightWorld({ mob_griefing: griefing })
    const player = addPlayer(world)
    const creeper = spawn(world, 'creeper', 4.5)
    put(world, 2, FLOOR, 2, 'dirt')
    const ticks = run(world, 300, () => creeper.removed === true)
    assert.ok(ticks > 30 && ticks < 300)
    assert.equal(eventsOf(world, 'hurt')[0].cause, 'creeper')
    assert.equal(world.blockName(2, FLOOR, 2), griefing ? 'air' : 'dirt')
    assert.ok(player.session.sent.some(([name]) => name === 'explosion'))
  }
})

test('a creeper calms down when its prey gets away', () => {
  const world = nightWorld()
  const player = addPlayer(world)
  const creeper = spawn(world, 'creeper', 2.5)
  run(world, 25)
  assert.ok(creeper.fuse > 5)
  player.pos = new Vec3(200.5, FLOOR, 0.5)
  world.spawnEntity({ kind: 'cow', pos: new Vec3(0, FLOOR, 0) })
  player.pos = new Vec3(14.5, FLOOR, 0.5)
  run(world, 40)
  assert.equal(creeper.removed, undefined)
  assert.equal(creeper.fuse, 0)
})

test('a skeleton shoots real arrows, three seconds apart, that hit', () => {
  const world = nightWorld()
  addPlayer(world)
  spawn(world, 'skeleton', 8.5)
  const shots = []
  run(world, 300, () => {
    for (const arrow of all(world, 'arrow')) if (arrow.age === 0) shots.push(world.tick)
    return false
  })
  assert.ok(shots.length >= 4)
  for (let i = 1; i < shots.length; i++) assert.equal(shots[i] - shots[i - 1], 60)
  const wounds = eventsOf(world, 'hurt')
  assert.ok(wounds.length >= 1 && wounds.every(({ cause }) => cause === 'skeleton'))
})

test('an arrow falls on its way and sticks in the block that it hits', () => {
  const world = flatWorld()
  addPlayer(world, 30)
  for (let dy = 0; dy < 4; dy++) for (let z = -2; z <= 2; z++) put(world, 10, FLOOR + dy, z, 'stone')
  const arrow = world.entitySystem.shoot({
    from: new Vec3(0.5, FLOOR + 2, 0.5), direction: new Vec3(1, 0, 0), speed: 1.6, spread: 0, damage: 2,
    shooter: { kind: 'skeleton', id: 0 }
  })
  run(world, 20)
  assert.equal(arrow.stuck[0], 10)
  assert.ok(arrow.pos.x < 10 && arrow.pos.x > 9.8)
  assert.ok(arrow.pos.y < FLOOR + 1.8)
})

test('a spider leaves people alone in the light and hunts them in the dark, unless it was struck', () => {
  const world = flatWorld({ rules: { difficulty: 'normal' } })
  const player = addPlayer(world)
  const spider = spawn(world, 'spider', 3)
  run(world, 100)
  assert.equal(eventsOf(world, 'hurt').length, 0)
  world.time = MIDNIGHT
  run(world, 200, () => eventsOf(world, 'hurt').length > 0)
  assert.equal(eventsOf(world, 'hurt').length, 1)
  assert.ok(spider.target === player.name)
})

test('shears take one to three wool once, a bucket takes milk, and the fleece grows back', () => {
  const world = flatWorld()
  const player = addPlayer(world)
  const sheep = world.spawnEntity({ kind: 'sheep', pos: new Vec3(2, FLOOR, 0.5), colour: 'black' })
  player.slots[36] = { name: 'shears', count: 1 }
  world.entitySystem.interact(player, sheep.id)
  const wool = all(world, 'item').length
  world.entitySystem.interact(player, sheep.id)
  assert.ok(wool >= 1 && wool <= 3)
  assert.deepEqual(all(world, 'item').map(({ item }) => item.name), new Array(wool).fill('black_wool'))
  assert.equal(player.slots[36].damage, 1)
  run(world, 20000, () => !sheep.sheared)
  assert.equal(sheep.sheared, false)

  const cow = spawn(world, 'cow', 2)
  player.slots[36] = { name: 'bucket', count: 2 }
  world.entitySystem.interact(player, cow.id)
  assert.equal(player.slots[36].count, 1)
  assert.ok(player.slots.some((stack) => stack?.name === 'milk_bucket'))
})

test('drops keep to the ranges of the game; meat of a burning animal is cooked', () => {
  const random = new Random(5)
  const counts = { beef: new Set(), leather: new Set() }
  for (let i = 0; i < 500; i++) {
    const stacks = deathDrops(random, { kind: 'cow', fire: 0 }, false)
    counts.beef.add(stacks.find(({ name }) => name === 'beef')?.count ?? 0)
    counts.leather.add(stacks.find(({ name }) => name === 'leather')?.count ?? 0)
  }
  assert.deepEqual([...counts.beef].sort(), [1, 2, 3])
  assert.deepEqual([...counts.leather].sort(), [0, 1, 2])
  assert.ok(deathDrops(random, { kind: 'pig', fire: 10 }, false).every(({ name }) => name === 'cooked_porkchop'))
  const shorn = deathDrops(random, { kind: 'sheep', fire: 0, colour: 'white', sheared: true }, false)
  assert.deepEqual(shorn.map(({ name }) => name), ['mutton'])
  assert.equal(deathDrops(random, { kind: 'spider', fire: 0 }, false).some(({ name }) => name === 'spider_eye'), false)
})

test('monsters spawn at night away from players, never by day on open ground, never in peace', () => {
  const monsters = (world) => ['zombie', 'skeleton', 'creeper', 'spider'].flatMap((kind) => all(world, kind))
  const count = (time, rules) => {
    const world = flatWorld({ rules: { mob_spawning: true, difficulty: 'normal', ...rules } })
    const player = addPlayer(world)
    player.gamemode = 'spectator'
    world.time = time
    let nearest = Infinity
    run(world, 1500, () => {
      for (const mob of monsters(world)) if (mob.age <= 1) nearest = Math.min(nearest, mob.pos.distanceTo(player.pos))
      return false
    })
    return { mobs: monsters(world).length, nearest }
  }
  const night = count(MIDNIGHT, {})
  assert.ok(night.mobs >= 10 && night.mobs <= 29 + 3, `${night.mobs} monsters`)
  assert.ok(night.nearest >= 22, `${night.nearest} blocks away`)
  assert.equal(count(6000, {}).mobs, 0)
  assert.equal(count(MIDNIGHT, { difficulty: 'peaceful' }).mobs, 0)
})

test('monsters far away vanish, peace takes all, animals stay', () => {
  const world = nightWorld()
  const player = addPlayer(world)
  world.spawnEntity({ kind: 'zombie', pos: new Vec3(150.5, FLOOR, 0.5) })
  world.spawnEntity({ kind: 'zombie', pos: new Vec3(20.5, FLOOR, 0.5) })
  spawn(world, 'cow', 150.5)
  run(world, 20)
  assert.deepEqual([all(world, 'zombie').length, all(world, 'cow').length], [1, 1])
  world.rules.difficulty = 'peaceful'
  run(world, 20)
  assert.deepEqual([all(world, 'zombie').length, all(world, 'cow').length], [0, 1])
  assert.equal(player.hp, 20)
})

test('armour and difficulty follow the formulas of the game', () => {
  const worn = ['iron_helmet', 'iron_chestplate', 'iron_leggings', 'iron_boots'].map((name) => ({ name, count: 1 }))
  assert.ok(Math.abs(afterArmour(3, worn) - 3 * (1 - 13.5 / 25)) < 1e-9)
  assert.equal(afterArmour(10, [null, null, null, null]), 10)
  const levels = ['peaceful', 'easy', 'normal', 'hard']
  assert.deepEqual(levels.map((level) => scaledByDifficulty(3, level)), [0, 2.5, 3, 4.5])
})

test('a path leads round a wall, up a step and not over a fence', () => {
  const world = flatWorld()
  wall(world)
  const path = findPath(world, new Vec3(6.5, FLOOR, 0.5), new Vec3(1.5, FLOOR, 0.5), { tall: true })
  assert.deepEqual(path.at(-1), [1, FLOOR, 0])
  assert.ok(path.some(([, , z]) => Math.abs(z) > 4))
  for (let i = -1; i <= 1; i++) for (let j = -1; j <= 1; j++) if (i || j) put(world, 20 + i, FLOOR, j, 'oak_fence')
  const caged = findPath(world, new Vec3(20.5, FLOOR, 0.5), new Vec3(25.5, FLOOR, 0.5), { tall: true })
  assert.deepEqual(caged, [])
})

test('a world restored from its saved entities goes on exactly like one that never stopped', () => {
  const build = () => {
    const world = nightWorld({ mob_spawning: true })
    const player = addPlayer(world)
    player.hp = 1e6
    const kinds = ['zombie', 'skeleton', 'spider', 'cow', 'sheep', 'chicken']
    for (const [index, kind] of kinds.entries()) spawn(world, kind, 6.5 + index, 3.5)
    run(world, 73)
    return world
  }
  const straight = build()
  const stopped = build()
  const saved = JSON.parse(JSON.stringify(stopped.entitySystem.serialise()))
  const resumed = nightWorld({ mob_spawning: true })
  const player = addPlayer(resumed)
  player.restore(JSON.parse(JSON.stringify([...stopped.players.values()][0].serialise())))
  Object.assign(resumed, { tick: stopped.tick, time: stopped.time, lastEntityId: stopped.lastEntityId })
  resumed.random.restore(stopped.random.state())
  resumed.events.seq = stopped.events.seq
  resumed.entitySystem.restore(saved)
  for (const world of [straight, resumed]) run(world, 400)
  assert.deepEqual(resumed.entitySystem.serialise(), straight.entitySystem.serialise())
  assert.ok(straight.entities.size > 6)
})

test('blows, thorns and heat tire who is hurt by them; falls, hunger, water and walls do not', () => {
  for (const [cause, tiring] of [['zombie', 0.1], ['cactus', 0.1], ['lava', 0.1], ['fall', 0], ['drowning', 0],
    ['starvation', 0], ['suffocation', 0]]) {
    const world = flatWorld()
    const player = addPlayer(world)
    world.hurtPlayer(player, 2, cause)
    assert.equal(player.exhaustion, tiring, cause)
  }
})
