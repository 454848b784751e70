'use strict'
/** Placing: the state that each kind of block gets, what needs support, and never into a body. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')

const UP = new Vec3(0, 1, 0)
let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start()
  player = await world.join()
  feet = await player.platform()
}, () => world.stop())

/** Place an item against a face of a block; gives the block that stands there then. */
async function place(item, against, face = UP, options = {}) {
  await player.clear()
  await player.give(item)
  await player.hold(item)
  const reference = player.bot.blockAt(against)
  await player.during(player.bot._placeBlockWithOptions(reference, face, { swingArm: 'right', ...options }))
  return player.bot.blockAt(against.plus(face))
}

async function free(...places) {
  for (const place of places) await world.command(`setblock ${place.x} ${place.y} ${place.z} air`)
  await player.tickTimes(2)
}

test('a placed block is taken from the hand and recorded', async () => {
  const block = await place('cobblestone', feet.offset(1, -1, 0))
  assert.equal(block.name, 'cobblestone')
  assert.deepEqual((await player.observe()).inventory, {})
  const event = (await world.events('placed')).at(-1)
  assert.deepEqual([event.block, event.x, event.y, event.z], ['cobblestone', feet.x + 1, feet.y, feet.z])
})

for (const [item, face, expected] of [
  ['oak_log', UP, { axis: 'y' }],
  ['oak_log', new Vec3(0, 0, 1), { axis: 'z' }],
  ['furnace', UP, { facing: 'west' }],
  ['oak_stairs', UP, { facing: 'east', half: 'bottom' }],
  ['oak_slab', UP, { type: 'bottom' }],
]) {
  test(`${item} on face ${face} gets ${JSON.stringify(expected)}`, async () => {
    const against = face.y ? feet.offset(2, -1, 0) : feet.offset(2, 0, 0)
    await free(feet.offset(1, 0, 0), feet.offset(2, 0, 0), feet.offset(2, 0, 1))
    if (!face.y) await player.setBlock(against, 'stone')
    const properties = (await place(item, against, face)).getProperties()
    for (const [name, value] of Object.entries(expected)) assert.equal(properties[name], value)
    await free(feet.offset(2, 0, 0), feet.offset(2, 0, 1))
  })
}

test('a torch stands on the floor, hangs on a wall, and falls with it', async () => {
  const floor = await place('torch', feet.offset(2, -1, 0))
  assert.equal(floor.name, 'torch')
  await free(floor.position)
  const wall = await player.setBlock(feet.offset(2, 0, 2), 'stone')
  const torch = await place('torch', wall.position, new Vec3(-1, 0, 0))
  assert.deepEqual([torch.name, torch.getProperties().facing], ['wall_torch', 'west'])
  await free(wall.position)
  await player.until(() => player.bot.blockAt(torch.position).name === 'air', 20)
})

test('two slabs make one block', async () => {
  await place('oak_slab', feet.offset(2, -1, 0))
  await player.give('oak_slab')
  await player.hold('oak_slab')
  const below = player.bot.blockAt(feet.offset(2, 0, 0))
  player.bot._genericPlace(below, UP, {})
  await player.until(() => player.bot.blockAt(feet.offset(2, 0, 0)).getProperties().type === 'double', 20)
  await free(feet.offset(2, 0, 0))
})

test('a door stands in two halves, opens, and goes as one', async () => {
  const door = await place('oak_door', feet.offset(2, -1, 0))
  const upper = () => player.bot.blockAt(feet.offset(2, 1, 0))
  assert.equal(door.getProperties().half, 'lower')
  assert.deepEqual([upper().name, upper().getProperties().half], ['oak_door', 'upper'])
  await player.during(player.bot.activateBlock(door))
  await player.until(() => upper().getProperties().open === true, 5)
  await player.during(player.bot.dig(player.bot.blockAt(door.position), true))
  await player.until(() => upper().name === 'air', 5)
})

test('a bed lies in two halves', async () => {
  await free(feet.offset(2, 0, 0), feet.offset(3, 0, 0))
  await place('red_bed', feet.offset(2, -1, 0))
  const parts = [2, 3].map((dx) => player.bot.blockAt(feet.offset(dx, 0, 0)))
  assert.deepEqual(parts.map((block) => block.name), ['red_bed', 'red_bed'])
  await free(feet.offset(2, 0, 0), feet.offset(3, 0, 0))
})

test('nothing is placed where the player stands, nor saplings on stone, nor against air', async () => {
  await player.clear()
  await player.give('stone')
  await player.hold('stone')
  await assert.rejects(player.during(player.bot.placeBlock(player.bot.blockAt(feet.offset(0, -1, 0)), UP)), /refused/)
  await assert.rejects(place('oak_sapling', feet.offset(2, -1, 0)), /refused/)
  assert.deepEqual((await player.observe()).inventory, { oak_sapling: 1 })
})

test('a hoe tills, seeds are sown, bone meal makes them grow', async () => {
  await player.setBlock(feet.offset(1, -1, 1), 'dirt')
  await player.clear()
  for (const name of ['wooden_hoe', 'wheat_seeds']) await player.give(name)
  await player.give('bone_meal', 5)
  const soil = () => player.bot.blockAt(feet.offset(1, -1, 1))
  await player.hold('wooden_hoe')
  await player.during(player.bot.activateBlock(soil()))
  await player.until(() => soil().name === 'farmland', 5)
  await player.hold('wheat_seeds')
  await player.during(player.bot.placeBlock(soil(), UP))
  const plant = () => player.bot.blockAt(feet.offset(1, 0, 1))
  assert.equal(plant().name, 'wheat')
  await player.hold('bone_meal')
  await player.during(player.bot.activateBlock(plant()))
  await player.until(() => Number(plant().getProperties().age) >= 2, 5)
})

test('buckets take up and pour out', async () => {
  await player.clear()
  const spring = feet.offset(0, -1, 2)
  await player.setBlock(spring, 'water')
  await player.give('bucket')
  await player.hold('bucket')
  await player.during(player.bot.lookAt(spring.offset(0.5, 0.9, 0.5), true))
  player.bot.activateItem()
  await player.until(() => player.bot.heldItem?.name === 'water_bucket', 10)
  assert.equal(player.bot.blockAt(spring).name, 'air')
  await player.setBlock(spring, 'stone')
  await player.during(player.bot.lookAt(spring.offset(0.5, 1, 0.5), true))
  player.bot.activateItem()
  await player.until(() => player.bot.blockAt(spring.offset(0, 1, 0)).name === 'water', 10)
  assert.deepEqual((await player.observe()).inventory, { bucket: 1 })
})

test('a sign is written on by whoever placed it, once, and everyone reads it', async () => {
  await free(feet.offset(2, 0, 0))
  const sign = await place('oak_sign', feet.offset(2, -1, 0))
  assert.equal(sign.name, 'oak_sign')
  assert.equal(sign.getSignText()[0].trim(), '')
  const read = () => player.bot.blockAt(sign.position).getSignText()[0].trim()
  player.bot.updateSign(sign, 'beware\nof the creeper')
  await player.until(() => read() === 'beware\nof the creeper', 20)
  player.bot.updateSign(sign, 'nothing to see')
  await player.tickTimes(4)
  assert.equal(read(), 'beware\nof the creeper', 'the editor was closed')
  const written = (await world.events('sign')).at(-1)
  assert.deepEqual([written.text, written.player], ['beware\nof the creeper', 'Tester'])
  await assert.rejects(world.command(`sign ${feet.x} ${feet.y} ${feet.z} no sign here`), /no sign/)
})

test('a sign keeps its text for those who come later, and loses it with its block', async () => {
  const at = feet.offset(3, 0, 0)
  await player.setBlock(at, 'birch_sign')
  await world.command(`sign ${at.x} ${at.y} ${at.z} one | two | 'three' | {"four": 4}`)
  const other = await world.join('Reader')
  await other.until(() => other.bot.blockAt(at)?.name === 'birch_sign')
  assert.equal(other.bot.blockAt(at).getSignText()[0].trim(), 'one\ntwo\n\'three\'\n{"four": 4}')
  await other.leave()
  await player.setBlock(at, 'air')
  const blank = await player.setBlock(at, 'birch_sign')
  assert.equal(blank.getSignText()[0].trim(), '')
  await free(at)
})
