'use strict'
/** Breaking blocks: vanilla's times, the tool gate, wear, and no breaking ahead of time. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')

let world, player, feet
throughout(async () => {
  world = await WorldUnderTest.start()
  player = await world.join()
  feet = await player.platform()
}, () => world.stop())

/** Break a block beside the player; gives the ticks it took and the `dug` event. */
async function breakOne(block, tool) {
  await player.clear()
  if (tool) {
    await player.give(tool)
    await player.hold(tool)
  }
  const target = await player.setBlock(feet.offset(1, 0, 0), block)
  await player.during(player.bot.lookAt(target.position.offset(0.5, 0.5, 0.5)))
  const started = player.ticks
  await player.during(player.bot.dig(target, true))
  const ticks = player.ticks - started
  await player.tick()
  return { ticks, event: (await world.events('dug')).at(-1) }
}

for (const [block, tool, ticks, drops] of [
  ['oak_log', null, 60, ['oak_log']],
  ['oak_log', 'iron_axe', 10, ['oak_log']],
  ['stone', null, 150, []],
  ['stone', 'wooden_pickaxe', 23, ['cobblestone']],
  ['iron_ore', 'wooden_pickaxe', 150, []],
  ['iron_ore', 'stone_pickaxe', 23, ['raw_iron']],
  ['dirt', null, 15, ['dirt']],
]) {
  test(`${block} with ${tool ?? 'the bare hand'} takes ${ticks} ticks and drops ${drops[0] ?? 'nothing'}`, async () => {
    const { ticks: took, event } = await breakOne(block, tool)
    assert.ok(Math.abs(took - ticks) <= 2, `took ${took} ticks`)
    assert.equal(event.block, block)
    assert.equal(event.tool, tool)
    assert.deepEqual(event.dropped.map(({ name }) => name), drops)
  })
}

test('what is dug falls, is picked up, and is counted once', async () => {
  await breakOne('oak_log', 'iron_axe')
  await player.collect('oak_log', 1)
  assert.equal((await player.observe()).inventory.oak_log, 1)
  assert.deepEqual((await world.events('picked_up')).at(-1).item, 'oak_log')
})

test('a tool wears by one for each block and the client sees it', async () => {
  await breakOne('stone', 'wooden_pickaxe')
  assert.deepEqual((await player.observe()).tools, [{ name: 'wooden_pickaxe', uses_left: 58 }])
  assert.equal(player.bot.heldItem.durabilityUsed, 1)
})

for (const [held, block, uses] of [
  ['wooden_sword', 'dirt', 2], ['shears', 'torch', 1], ['iron_hoe', 'torch', 0], ['bow', 'dirt', 0], ['shield', 'dirt', 0],
  ['iron_helmet', 'dirt', 0], ['flint_and_steel', 'dirt', 0], ['fishing_rod', 'dirt', 0]
]) {
  test(`${held} in hand wears by ${uses} when ${block} is broken with it`, async () => {
    const whole = player.bot.registry.itemsByName[held].maxDurability
    await breakOne(block, held)
    assert.deepEqual((await player.observe()).tools, [{ name: held, uses_left: whole - uses }])
  })
}

test('a block claimed too early stays until its time is up', async () => {
  await player.clear()
  const target = await player.setBlock(feet.offset(0, 0, 2), 'stone')
  const send = (status) => {
    player.bot._client.write('block_dig', { status, location: target.position, face: 1, sequence: 0 })
  }
  send(0)
  await player.tickTimes(2)
  send(2)
  await player.tickTimes(60)
  assert.equal(player.bot.blockAt(target.position).name, 'stone')
  await player.until(() => player.bot.blockAt(target.position).name === 'air', 120)
})

test('bedrock and far blocks cannot be broken', async () => {
  const bedrock = await player.setBlock(feet.offset(-1, 0, 0), 'bedrock')
  const far = feet.offset(8, 0, 0)
  await world.command(`setblock ${far.x} ${far.y} ${far.z} dirt`)
  for (const location of [bedrock.position, far]) {
    for (const status of [0, 2]) {
      player.bot._client.write('block_dig', { status, location, face: 1, sequence: 0 })
      await player.tickTimes(20)
    }
  }
  assert.equal(player.bot.blockAt(bedrock.position).name, 'bedrock')
  assert.equal(player.bot.blockAt(new Vec3(far.x, far.y, far.z)).name, 'dirt')
})
