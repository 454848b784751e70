'use strict'
/** The bot that programs see: mineflayer's feel over plain data, and the rule of sight. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')
const { GLOBALS } = require('../parse')
const { MEMBERS, UNAVAILABLE } = require('../body/members')

test('the façade', async t => {
  const body = await join()
  t.after(() => body.close())
  const { run, ask } = body
  const command = text => ask('command', { text })
  await command('/give Tester oak_log 8')
  await body.operations.tick({ count: 2 })

  await t.test('shows the state of the bot', async () => {
    const { value } = await run(`return [bot.username, bot.health, bot.food, bot.time.isDay, bot.game.gameMode,
      bot.entity.onGround, bot.entity.position instanceof Vec3,
      bot.entity.position.offset(0, 1, 0).y - bot.entity.position.y]`)
    assert.deepEqual(value, ['Tester', 20, 20, true, 'survival', true, true, 1])
  })

  await t.test('what is held is used on an animal under either of its names in mineflayer', async () => {
    const { x, y, z } = body.joined.position
    await command('/give Tester bucket 2')
    await command(`/summon cow ${x + 1} ${y} ${z}`)
    await body.operations.tick({ count: 5 })
    const { value, error } = await run(`await bot.equip('bucket', 'hand')
      for (const use of ['useOn', 'activateEntity']) await bot[use](bot.nearestEntity(entity => entity.name === 'cow'))
      await bot.waitForTicks(2)
      return bot.inventory.count('milk_bucket')`)
    assert.deepEqual([value, error], [2, null])
    await command('/kill @e')
    await command('/clear Tester milk_bucket')
    await body.operations.tick({ count: 2 })
  })

  await t.test('the tables of the game can be asked for a name and gone through', async () => {
    const { value, ticks } = await run(`
      const planks = Object.keys(mcData.itemsByName).filter(name => name.endsWith('_planks'))
      const meals = Object.values(mcData.foods).map(food => food.name)
      return ['oak_log' in mcData.itemsByName, 'oak_wok' in mcData.itemsByName, 'toString' in mcData.itemsByName,
        planks.includes('cherry_planks'), meals.includes('bread'), Object.entries(mcData.blocksByName).length > 900,
        mcData.itemsByName.oak_wok === undefined]`)
    assert.deepEqual([value, ticks], [[true, false, false, true, true, true, true], 0])
  })

  await t.test('shows the inventory, by name and by id', async () => {
    const { value } = await run(`const id = mcData.itemsByName.oak_log.id
      return [bot.inventory.count('oak_log'), bot.inventory.count(id), bot.inventory.findInventoryItem(id).name,
        bot.inventory.findInventoryItem('stone'), bot.inventory.items().length, bot.inventory.emptySlotCount()]`)
    assert.deepEqual(value, [8, 8, 'oak_log', null, 1, 35])
  })

  await t.test('finds the same blocks by name, id and predicate, nearest first', async () => {
    const { value } = await run(`
      const all = [['grass_block', 'dirt'], [mcData.blocksByName.grass_block.id, mcData.blocksByName.dirt.id],
        block => block.name === 'grass_block' || block.name === 'dirt',
        block => ['grass_block', 'dirt'].includes(block.name) && block.position.y > -100]
      const found = all.map(matching => bot.findBlocks({ matching, maxDistance: 10, count: 20 }))
      const far = found[0].map(at => at.distanceTo(bot.entity.position))
      const sorted = far.every((distance, at) => at === 0 || distance >= far[at - 1])
      return [found.map(list => JSON.stringify(list)), sorted, found[0].length]`)
    assert.equal(new Set(value[0]).size, 1)
    assert.deepEqual(value.slice(1), [true, 20])
  })

  await t.test('blocks have properties and can be asked about', async () => {
    const { value } = await run(`const below = bot.blockAt(bot.entity.position.offset(0, -1, 0))
      return [below.boundingBox, below.diggable, bot.canDigBlock(below), below.digTime() > 0,
        bot.blockAt(new Vec3(10000, 64, 0)), typeof below.getProperties()]`)
    assert.deepEqual(value, ['block', true, true, true, null, 'object'])
  })

  await t.test('reads signs, and the writer of programs is told of them', async () => {
    const [x, y, z] = Object.values(body.joined.position).map(Math.floor)
    await command(`setblock ${x} ${y + 2} ${z - 1} stone`)
    await command(`setblock ${x} ${y + 2} ${z} oak_wall_sign[facing=south]`)
    await command(`sign ${x} ${y + 2} ${z} the mine | is to the north`)
    await body.operations.tick({ count: 3 })
    const { value } = await run(`const sign = bot.findBlock({ matching: 'oak_wall_sign', maxDistance: 8 })
      return [sign.signText, 'signText' in bot.blockAt(sign.position.offset(0, 1, 0))]`)
    assert.deepEqual(value, ['the mine\nis to the north', false])
    const { signs } = await body.operations.surroundings({})
    assert.deepEqual(signs.map(({ text, position }) => [text, position.y]), [['the mine\nis to the north', y + 2]])
    await command(`setblock ${x} ${y + 2} ${z} air`)
    await body.operations.tick({ count: 3 })
    assert.deepEqual((await body.operations.surroundings({})).signs, [])
  })

  await t.test('crafts with plain recipes', async () => {
    const { value, calls } = await run(`const planks = mcData.itemsByName.oak_planks.id
      const [recipe] = bot.recipesFor(planks, null, 1, null)
      await bot.craft(recipe, 2, null)
      return [recipe.result.name, bot.inventory.count('oak_planks'), bot.inventory.count('oak_log'),
        bot.recipesFor(mcData.itemsByName.diamond_pickaxe.id, null, 1, true).length]`)
    assert.deepEqual(value, ['oak_planks', 8, 6, 0])
    assert.equal(calls[0].name, 'craft')
  })

  await t.test('digs, places, walks, opens and fills a chest', async () => {
    await command('/give Tester chest 1')
    await command('/give Tester dirt 4')
    const { value, error } = await run(`
      await bot.waitForTicks(2)
      const start = bot.entity.position.floored()
      const spot = bot.findBlocks({ matching: block => block.boundingBox === 'block', maxDistance: 4, count: 200 })
        .find(at => Math.hypot(at.x - start.x, at.z - start.z) >= 1.9 &&
          bot.blockAt(at.offset(0, 1, 0)).boundingBox === 'empty')
      const above = bot.blockAt(spot.offset(0, 1, 0))
      if (above.name !== 'air') await bot.dig(above)
      await bot.equip('chest', 'hand')
      await bot.placeBlock(bot.blockAt(spot), new Vec3(0, 1, 0))
      const chest = bot.findBlock({ matching: 'chest', maxDistance: 6 })
      const window = await bot.openChest(chest)
      await window.deposit(mcData.itemsByName.dirt.id, null, 3)
      const inside = window.containerCount('dirt')
      await window.withdraw(mcData.itemsByName.dirt.id, null, 1)
      await window.close()
      return [inside, window.containerCount('dirt'), bot.inventory.count('dirt')]`)
    assert.equal(error, null)
    assert.deepEqual(value, [3, 2, 2])
  })

  await t.test('has the members, and gives the names, by which programs are judged before they run', async () => {
    await command('/give Tester wooden_pickaxe 1')
    await command('/summon cow')
    await body.operations.tick({ count: 10 })
    const { value, error } = await run(`
      const members = (thing, names = new Set()) => {
        if (thing === null || thing === Object.prototype) return [...names]
        for (const name of Object.getOwnPropertyNames(thing)) if (name !== 'constructor') names.add(name)
        return members(Object.getPrototypeOf(thing), names)
      }
      const chest = bot.findBlock({ matching: 'chest', maxDistance: 6 })
      const window = await bot.openChest(chest)
      await window.close()
      const things = { bot, inventory: bot.inventory, window, item: bot.inventory.findInventoryItem('wooden_pickaxe'),
        block: chest, self: bot.entity, entity: bot.nearestEntity(({ name }) => name === 'cow'), position: bot.entity.position, experience: bot.experience, time: bot.time,
        game: bot.game, pathfinder: bot.pathfinder, goals }
      const kinds = Object.entries(things).map(([kind, thing]) => [kind, members(thing)])
      const given = args.globals.filter(name => name === 'arguments' || name in globalThis)
      const tables = args.tables.filter(name => mcData[name].none === undefined)
      return [Object.fromEntries(kinds), given, tables]`,
    { args: { globals: [...GLOBALS], tables: Object.keys(MEMBERS.mcData) } })
    assert.equal(error, null)
    const [kinds, given, tables] = value
    /** What only some things of a kind have. */
    const sometimes = { block: ['signText'], self: ['heldItem'], game: ['difficulty'],
      entity: ['heldItem', 'droppedItem', 'username', 'health'] }
    for (const [kind, found] of Object.entries(kinds)) {
      const known = Object.keys(MEMBERS[kind]).concat(kind === 'bot' ? UNAVAILABLE : [])
      assert.deepEqual([...new Set([...found, ...(sometimes[kind] ?? [])])].sort(), known.sort(), kind)
    }
    assert.deepEqual(Object.keys(MEMBERS).sort(), [...Object.keys(kinds), 'mcData'].sort())
    assert.deepEqual(given, [...GLOBALS])
    assert.deepEqual(tables, Object.keys(MEMBERS.mcData))
    for (const name of UNAVAILABLE) assert.equal((await run(`bot.${name}()`)).error?.code, 'bad_argument', name)
  })

  await t.test('goes to goals, and says so when there is no way', async () => {
    const { value } = await run(`const { x, y, z } = bot.entity.position
      await bot.pathfinder.goto(new GoalXZ(Math.floor(x) + 3, Math.floor(z)))
      const moved = bot.entity.position.x - x
      return moved > 1.5`)
    assert.equal(value, true)
  })

  await t.test('what is not offered says what to do instead', async () => {
    const { error } = await run("bot.on('chat', () => {})")
    assert.equal(error.code, 'bad_argument')
    assert.match(error.message, /bot\.on is not available/)
  })

  await t.test('exploring asks the program between its steps', async () => {
    const { value, ticks } = await run(`let asked = 0
      return await exploreUntil(bot, new Vec3(1, 0, 0), 30, () => ++asked === 3 && { asked })`)
    assert.deepEqual(value, { asked: 3 })
    assert.ok(ticks >= 20 && ticks <= 200, `${ticks} ticks`)
  })

  await t.test('what is used next is used where the bot has just looked', async () => {
    const { value: [x, y, z] } = await run('return bot.entity.position.floored().toArray()')
    await command(`/setblock ${x + 1} ${y} ${z} air`)
    await command(`/setblock ${x + 1} ${y - 1} ${z} water`)
    await command('/give Tester bucket 1')
    await body.operations.tick({ count: 2 })
    const { value } = await run(`
      await bot.equip(bot.inventory.findInventoryItem('bucket'), 'hand')
      await bot.lookAt(bot.entity.position.offset(0, 9, 1))
      await bot.waitForTicks(2)
      await bot.lookAt(new Vec3(${x + 1.5}, ${y - 0.2}, ${z + 0.5}))
      await bot.activateItem()
      await bot.waitForTicks(2)
      return bot.inventory.count('water_bucket')`)
    assert.equal(value, 1)
  })

  await t.test('entities are plain, nearest first, and can be awaited upon', async () => {
    await command('/summon cow')
    await body.operations.tick({ count: 10 })
    const { value } = await run(`const near = bot.nearestEntity(other => other.name === 'cow')
      return [near?.name ?? null, near ? bot.entities[near.id].name : null]`)
    assert.ok(value[0] === null || (value[0] === 'cow' && value[1] === 'cow'))
  })
})

test("'sight exposed' hides what no face of is open, from façade and search alike", async t => {
  const body = await join({ sight: 'sight exposed' })
  t.after(() => body.close())
  const { value } = await body.run(`
    const clear = block => block && (block.transparent || block.boundingBox === 'empty')
    const open = at => [[0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]]
      .some(([x, y, z]) => clear(bot.blockAt(at.offset(x, y, z))))
    const found = bot.findBlocks({ matching: ['stone', 'dirt', 'deepslate'], maxDistance: 32, count: 100 })
    const deep = bot.entity.position.offset(0, -3, 0)
    return [found.every(open), bot.blockAt(deep)]`)
  assert.deepEqual(value, [true, null])
})
