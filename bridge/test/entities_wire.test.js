'use strict'
/** What an unmodified mineflayer bot sees of mobs and items, and what it can do with them. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { WorldUnderTest } = require('./harness')
const { throughout } = require('./throughout')

let world, player, bot, feet
throughout(async () => {
  world = await WorldUnderTest.start({ rules: { difficulty: 'normal' } })
  player = await world.join()
  bot = player.bot
  feet = await player.platform()
  // A wall: what rolls over the edge of the platform would be followed into death.
  for (let along = -4; along <= 4; along++) {
    for (const [x, z] of [[along, -4], [along, 4], [-4, along], [4, along]]) {
      await world.command(`setblock ${feet.x + x} ${feet.y} ${feet.z + z} stone`)
    }
  }
  await world.command('time set 6000')
}, () => world.stop())

/** The nearest entity of a kind, if it is close: wild ones may live around. */
const named = (name) => {
  const nearest = bot.nearestEntity((entity) => entity.name === name)
  return nearest && nearest.position.distanceTo(bot.entity.position) < 6 ? nearest : null
}
const summon = async (kind, dx = 2) => {
  await world.command(`summon ${kind} ${feet.x + dx + 0.5} ${feet.y} ${feet.z + 0.5}`)
  await player.until(() => named(kind))
  return named(kind)
}

test('a cow is seen, dies by the sword, and its drops are picked up on foot', async () => {
  await player.give('iron_sword')
  await player.hold('iron_sword')
  const cow = await summon('cow')
  let dead = false
  let collected = 0
  bot.on('entityDead', (entity) => { dead ||= entity === cow })
  bot.on('playerCollect', (collector) => { if (collector === bot.entity) collected++ })
  while (!dead) {
    const target = cow.position.offset(0, 0.7, 0)
    if (cow.position.distanceTo(bot.entity.position) > 2.5) {
      await player.during(bot.lookAt(target, true))
      bot.setControlState('forward', true)
      await player.tickTimes(5)
      bot.setControlState('forward', false)
    }
    bot.attack(cow)
    await player.tickTimes(13)
  }
  const beef = () => Object.values(bot.entities).find((entity) => entity.getDroppedItem()?.name === 'beef')
  await player.until(() => beef() || collected > 0, 40)
  while (Object.values(bot.entities).some((entity) => entity.getDroppedItem())) {
    const item = Object.values(bot.entities).find((entity) => entity.getDroppedItem())
    await player.during(bot.lookAt(item.position, true))
    bot.setControlState('forward', true)
    await player.tickTimes(2)
    bot.setControlState('forward', false)
    await player.tick()
  }
  const events = await world.events('killed', 'picked_up')
  const { mob, weapon } = events.find(({ kind }) => kind === 'killed')
  assert.deepEqual([mob, weapon], ['cow', 'iron_sword'])
  const pickups = events.filter(({ kind, item }) => kind === 'picked_up' && item === 'beef')
  const taken = pickups.reduce((sum, { count }) => sum + count, 0)
  assert.ok(taken >= 1 && taken <= 3)
  assert.equal(bot.inventory.count(player.item('beef')), taken)
  assert.ok(collected > 0)
  assert.ok(bot.experience.points >= 1)
})

test('a sheep is shorn and a cow is milked with the ordinary calls of the bot', async () => {
  const centre = () => world.command(`tp Tester ${feet.x + 0.5} ${feet.y} ${feet.z + 0.5}`)
  await centre()
  await player.tickTimes(5)
  await player.give('shears')
  await player.hold('shears')
  const sheep = await summon('sheep', 1)
  bot.useOn(sheep)
  const isWool = (entity) => entity.getDroppedItem()?.name.endsWith('_wool')
  await player.until(() => Object.values(bot.entities).some(isWool), 60)
  assert.equal(sheep.metadata[17] & 16, 16)
  await player.give('bucket')
  await player.hold('bucket')
  const cow = await summon('cow', 1)
  await player.during(bot.activateEntity(cow))
  await player.until(() => bot.inventory.count(player.item('milk_bucket')) === 1, 20)
})

test('a zombie at night comes, strikes and is felt', async () => {
  feet = await player.platform(180)
  await world.command('time set 18000')
  const before = bot.health
  await summon('zombie', 3)
  let hurt = false
  bot.once('entityHurt', (entity) => { hurt ||= entity === bot.entity })
  await player.until(() => bot.health < before, 200)
  const wound = (await world.events('hurt')).at(-1)
  assert.equal(wound.cause, 'zombie')
  assert.equal(wound.amount, 3)
  assert.ok(hurt)
})

test('the arrows of a skeleton and the blast of a creeper reach the bot', async () => {
  const causes = async () => new Set((await world.events('hurt')).map(({ cause }) => cause))
  await world.command('kill @e')
  await world.command('time set 18000')
  const skeleton = await summon('skeleton', 3)
  let arrows = 0
  bot.on('entitySpawn', ({ name }) => { if (name === 'arrow') arrows++ })
  await player.until(async () => (await causes()).has('skeleton'), 600)
  assert.ok(arrows > 0)
  assert.ok(skeleton.equipment[0]?.name === 'bow')

  await world.command('kill @e')
  await summon('creeper', 2)
  let pushed = false
  bot._client.once('explosion', ({ playerMotionX, playerMotionZ }) => { pushed = playerMotionX !== 0 || playerMotionZ !== 0 })
  await player.until(async () => (await causes()).has('creeper'), 300)
  await player.tick()
  assert.ok(pushed)
})
