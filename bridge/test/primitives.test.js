'use strict'
/**
 * What the primitives promise a writer of skills, in the real world with the real body: exact gains, typed failures.
 */

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')

test('primitives', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { run, ask } = body
  const command = text => ask('command', { text })
  const observe = () => ask('observe', { player: 'Tester' })
  const give = async items => {
    await command('clear Tester')
    for (const [name, count] of Object.entries(items)) await command(`give Tester ${name} ${count}`)
    await body.operations.tick({ count: 5 })
  }
  const kinds = async (since, ...wanted) => {
    const { events } = await ask('events', { since })
    return events.filter(event => wanted.includes(event.kind))
  }
  const success = async (program, ticks = 12000) => {
    const { outcome, value, error } = await run(program, { limits: { ticks } })
    assert.equal(outcome, 'returned', JSON.stringify(error))
    return value
  }
  const failure = async program => {
    const { outcome, error } = await run(program)
    assert.equal(outcome, 'threw')
    return error
  }

  await t.test('mineBlock gains at least as many drops as asked and says which', async () => {
    const value = await success("return mineBlock(bot, '#logs', 3)")
    const { inventory } = await observe()
    const logs = Object.entries(inventory).filter(([name]) => name.endsWith('_log'))
    assert.deepEqual(value.items, Object.fromEntries(logs))
    assert.ok(value.gained >= 3)
  })

  await t.test('a hostile mob that comes near is fought without being told', async () => {
    await give({ iron_sword: 1 })
    const before = (await ask('events', { since: 0 })).events.length
    const { x, y, z } = (await observe()).position
    await command('time set 18000')
    await command(`summon zombie ${x + 2} ${y + 1} ${z}`)
    await success('await bot.waitForTicks(10)\nawait goTo(bot, bot.entity.position.offset(3, 0, 0), 2)')
    await command('time set 1000')
    assert.deepEqual((await kinds(before, 'killed')).map(({ mob }) => mob), ['zombie'])
  })

  await t.test('killMob kills its prey and brings the drops', async () => {
    await give({ iron_sword: 1 })
    const { x, y, z } = (await observe()).position
    await command(`summon cow ${x + 2} ${y} ${z}`)
    await body.operations.tick({ count: 5 })
    const value = await success("return killMob(bot, 'cow')")
    assert.equal(value.killed, 'cow')
    assert.ok(value.items.beef >= 1)
  })

  await t.test('mineBlock names the tools that would do before it moves', async () => {
    await give({})
    await body.operations.tick({ count: 20 }) // it comes to rest after the hunt
    const before = await observe()
    const error = await failure("await mineBlock(bot, 'iron_ore')")
    assert.equal(error.code, 'no_tool')
    assert.ok(error.value.includes('stone_pickaxe') && !error.value.includes('wooden_pickaxe'))
    assert.deepEqual((await observe()).position, before.position)
  })

  await t.test('mineBlock without any in sight says where they are', async () => {
    await give({ iron_pickaxe: 1 })
    const error = await failure("await mineBlock(bot, 'ancient_debris')")
    assert.equal(error.code, 'no_tool')
    const none = await failure("await mineBlock(bot, 'emerald_ore')")
    assert.equal(none.code, 'not_found')
    assert.match(none.remedy, /mountains/)
  })

  await t.test('a wrong name is refused with names that exist', async () => {
    const error = await failure("await mineBlock(bot, 'oak_wood_log')")
    assert.equal(error.code, 'unknown_name')
    assert.match(error.remedy, /oak_log/)
  })

  await t.test('craftItem lists exactly what is missing and crafts nothing', async () => {
    await give({ oak_planks: 2, crafting_table: 1 })
    const error = await failure("await craftItem(bot, 'wooden_pickaxe')")
    assert.deepEqual([error.code, error.value], ['missing_items', { oak_planks: 1, stick: 2 }])
    assert.deepEqual((await observe()).inventory, { oak_planks: 2, crafting_table: 1 })
  })

  await t.test('craftItem counts items, not recipe runs, and mixes kinds of wood', async () => {
    await give({ oak_planks: 1, birch_planks: 1 })
    const value = await success("return craftItem(bot, 'stick', 3)")
    assert.deepEqual(value, { gained: 4, items: { stick: 4 } })
    assert.deepEqual((await observe()).inventory, { stick: 4 })
  })

  await t.test('craftItem makes the table it needs from spare planks and takes it along again', async () => {
    await give({ oak_planks: 7, stick: 2 })
    const value = await success("return craftItem(bot, 'wooden_pickaxe')")
    assert.equal(value.gained, 1)
    assert.deepEqual((await observe()).inventory, { wooden_pickaxe: 1, crafting_table: 1 })
  })

  await t.test('craftItem counts a piece of armour that was put on at once', async () => {
    await give({ iron_ingot: 5, crafting_table: 1 })
    const value = await success("return { ...(await craftItem(bot, 'iron_helmet')), has: await countItems(bot, 'iron_helmet') }")
    assert.deepEqual(value, { gained: 1, items: { iron_helmet: 1 }, has: 1 })
    assert.equal((await observe()).inventory.iron_helmet, 1)
  })

  await t.test('fillBucket takes the source that can be seen, not a nearer one behind a wall', async () => {
    const cells = []
    for (let x = -3; x <= 4; x++) for (let z = -3; z <= 4; z++) cells.push([x, 149, z, 'stone'], [x, 148, z, 'stone'])
    for (let x = -3; x <= 4; x++) cells.push([x, 150, 1, 'stone'], [x, 151, 1, 'stone'], [x, 152, 1, 'stone'])
    cells.push([0, 149, 2, 'lava'], [3, 149, 0, 'lava'])
    for (const [x, y, z, block] of cells) await command(`setblock ${x} ${y} ${z} ${block}`)
    await give({ bucket: 1 })
    await command('tp Tester 0.5 150 0.5')
    await body.operations.tick({ count: 10 })
    assert.deepEqual(await success("return fillBucket(bot, 'lava')"), { item: 'lava_bucket' })
    const { x, y, z } = (await observe()).spawn
    await command(`tp Tester ${x + 0.5} ${y} ${z + 0.5}`)
    await body.operations.tick({ count: 5 })
  })

  await t.test('craftItem makes room in a full inventory without throwing away what it is made of', async () => {
    await give({ andesite: 3, crafting_table: 1, stone_pickaxe: 1, dirt: 33 * 64 })
    assert.deepEqual(await success("return craftItem(bot, 'andesite_slab')"), { gained: 6, items: { andesite_slab: 6 } })
  })

  await t.test('craftItem does not spend on a table the planks that the work needs', async () => {
    await give({ oak_planks: 6, stick: 2 })
    const error = await failure("await craftItem(bot, 'wooden_pickaxe')")
    assert.equal(error.code, 'no_station')
    assert.deepEqual((await observe()).inventory, { oak_planks: 6, stick: 2 })
  })

  await t.test('smeltItem gains what it says, burns the cheaper fuel and leaves nothing behind', async () => {
    await give({ furnace: 1, raw_iron: 2, coal: 1, diamond: 1, iron_pickaxe: 1 })
    const value = await success("return smeltItem(bot, 'raw_iron', null, 2)")
    assert.deepEqual(value, { gained: 2, items: { iron_ingot: 2 } })
    const { inventory } = await observe()
    assert.deepEqual(inventory, { furnace: 1, iron_ingot: 2, diamond: 1, iron_pickaxe: 1 })
  })

  await t.test('smeltItem says how much fuel is needed before it starts', async () => {
    await give({ furnace: 1, raw_iron: 9, coal: 1 })
    const error = await failure("await smeltItem(bot, 'raw_iron', 'coal', 9)")
    assert.deepEqual([error.code, error.value], ['no_fuel', { have: { coal: 1 } }])
    assert.match(error.remedy, /2 coal/)
    const { events } = await ask('events', { since: 0 })
    assert.equal(events.filter(({ kind, block }) => kind === 'placed' && block === 'furnace').length, 1)
  })

  await t.test('smeltItem burns several kinds one after the other where none is enough alone', async () => {
    await give({ furnace: 1, raw_iron: 2, oak_planks: 1, birch_planks: 1, stone_pickaxe: 1 })
    const value = await success("return smeltItem(bot, 'raw_iron', null, 2)")
    assert.deepEqual(value, { gained: 2, items: { iron_ingot: 2 } })
    assert.deepEqual((await observe()).inventory, { furnace: 1, iron_ingot: 2, stone_pickaxe: 1 })
  })

  await t.test('a chest gives back what was put in', async () => {
    await give({ chest: 1, cobblestone: 10, dirt: 3 })
    const value = await success(`
      const chest = await placeItem(bot, 'chest')
      await depositItemIntoChest(bot, chest, { cobblestone: 7, dirt: 3 })
      const { items } = await checkItemInsideChest(bot, chest)
      await getItemFromChest(bot, chest, { cobblestone: 2 })
      return items`)
    assert.deepEqual(value, { cobblestone: 7, dirt: 3 })
    assert.deepEqual((await observe()).inventory, { cobblestone: 5 })
  })

  await t.test('depositing more than is carried moves nothing', async () => {
    await give({ chest: 1, cobblestone: 3 })
    const error = await failure(`
      const chest = await placeItem(bot, 'chest')
      await depositItemIntoChest(bot, chest, { cobblestone: 5 })`)
    assert.deepEqual([error.code, error.value], ['missing_items', { cobblestone: 2 }])
    assert.deepEqual((await observe()).inventory, { cobblestone: 3 })
  })

  await t.test('descendTo leads down, and ascendToSurface up again', async () => {
    await give({ stone_pickaxe: 1 })
    const { position } = await observe()
    const floor = Math.floor(position.y) - 8
    const value = await success(`
      const bottom = await descendTo(bot, ${floor})
      const top = await ascendToSurface(bot)
      return { bottom: bottom.y, top: top.y }`)
    assert.ok(value.bottom <= floor && value.bottom >= floor - 3, `ended at ${value.bottom}, not ${floor}`)
    assert.ok(value.top > value.bottom)
    assert.equal((await observe()).health, 20)
  })

  await t.test('digTunnel goes as far as asked', async () => {
    const value = await success(`
      await descendTo(bot, Math.floor(bot.entity.position.y) - 7)
      return digTunnel(bot, new Vec3(1, 0, 0), 6)`)
    assert.equal(value.steps, 6)
    await success('await ascendToSurface(bot)')
  })

  await t.test('a full inventory makes room by what is worth least', async () => {
    const many = ['oak_sapling', 'diamond', 'gold_ingot', 'iron_ingot', 'emerald', 'bread', 'apple', 'coal', 'redstone']
    await give({ stone_pickaxe: 1, ...Object.fromEntries(many.map(name => [name, 1])), dirt: 27 * 64 })
    const value = await success("return tidyInventory(bot)")
    const { inventory } = await observe()
    assert.ok(value.slotsFree >= 3)
    for (const name of many.slice(1)) assert.equal(inventory[name], 1, name)
  })

  await t.test('where all is dear, gear beside better gear and what serves for nothing makes room', async () => {
    const ores = ['diamond', 'emerald', 'iron_ingot', 'gold_ingot', 'coal', 'redstone', 'lapis_lazuli', 'obsidian', 'raw_iron']
    const stock = Object.fromEntries(ores.map(name => [name, 3 * 64]))
    const tools = { iron_axe: 1, diamond_sword: 1, iron_pickaxe: 1, bread: 64, bucket: 16, torch: 64 }
    const dear = { ...stock, ...tools, golden_axe: 1, note_block: 1, compass: 1 }
    await give(dear)
    const { slotsFree } = await success('return tidyInventory(bot)')
    const { inventory } = await observe()
    assert.equal(slotsFree, 1)
    const gone = Object.keys(dear).filter(name => !(name in inventory))
    assert.ok(gone.length >= 1 && gone.every(name => ['golden_axe', 'note_block', 'compass'].includes(name)), gone.join())
    await give({ ...stock, ...tools, apple: 64, arrow: 64, chest: 1 })
    assert.equal((await failure('await tidyInventory(bot)')).code, 'inventory_full')
    await give({})
  })

  await t.test('shelter waits underground until morning and comes out unhurt', async () => {
    await command('tp Tester 0 120 0')
    await body.operations.tick({ count: 2 })
    const top = (await observe()).spawn
    await command(`tp Tester ${top.x + 0.5} ${top.y} ${top.z + 0.5}`)
    await give({ iron_sword: 1, stone_shovel: 1, stone_pickaxe: 1, cobblestone: 4 }) // the unarmed hide by themselves
    await command('time set 19000')
    await body.operations.tick({ count: 30 })
    const { waited } = await success('return shelter(bot)', 20000)
    const { time_of_day: time, health } = await observe()
    assert.ok(waited > 4000)
    assert.ok(time >= 23500 || time < 2000, `it is ${time}`)
    assert.ok(health >= 18)
    await command('time set 1000')
  })

  await t.test('a bed carried is slept in and taken along', async () => {
    await give({ iron_sword: 1, white_bed: 1 })
    await command('time set 13000')
    await body.operations.tick({ count: 30 })
    const { time } = await success('return sleepInBed(bot)')
    assert.ok(time < 12000)
    assert.equal((await observe()).inventory.white_bed, 1)
  })

  await t.test('cows give milk and sheep give wool to who has the tool', async () => {
    await give({ bucket: 1, shears: 1 })
    const { x, y, z } = (await observe()).position
    await command(`summon cow ${x + 2} ${y + 1} ${z}`)
    await command(`summon sheep ${x} ${y + 1} ${z + 2}`)
    await body.operations.tick({ count: 20 })
    const { item } = await success('return milkCow(bot)')
    const { items } = await success('return shearSheep(bot)')
    assert.equal(item, 'milk_bucket')
    assert.ok(Object.keys(items).some(name => name.endsWith('_wool')))
  })

  await t.test('who has no pickaxe left makes one of what is at hand before digging up by hand', async () => {
    await give({ stone_pickaxe: 1 })
    await success(`
      await descendTo(bot, Math.floor(bot.entity.position.y) - 9)
      await digTunnel(bot, new Vec3(0, 0, 1), 6)
      await bot.look(Math.PI, 0)`)
    await give({ cobblestone: 8, stick: 2, crafting_table: 1 })
    const names = await success('await ascendToSurface(bot)\nreturn bot.inventory.items().map(item => item.name)', 1500)
    assert.ok(names.includes('stone_pickaxe') && names.includes('crafting_table'), names.join())
  })
})

test('a fight beside the furnace costs neither the furnace nor what was to come of it', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const command = text => body.ask('command', { text })
  for (const item of ['furnace', 'iron_sword', 'wooden_pickaxe']) await command(`give Tester ${item}`)
  await command('give Tester raw_iron 4')
  await command('give Tester oak_planks 8')
  await command('time set 18000')
  await body.operations.tick({ count: 5 })
  const { x, y, z } = body.joined.position
  for (const far of [9, 14, 19]) await command(`summon zombie ${x + far} ${y + 1} ${z}`)
  const { outcome, value, error, notes } = await body.run("return smeltItem(bot, 'raw_iron', null, 4)")
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.deepEqual(value.items, { iron_ingot: 4 })
  const { inventory } = await body.ask('observe', { player: 'Tester' })
  assert.equal(inventory.furnace, 1, JSON.stringify(notes))

  await command('clear Tester wooden_pickaxe')
  for (const items of ['raw_iron', 'coal']) await command(`give Tester ${items}`)
  await body.operations.tick({ count: 5 })
  const left = await body.run("await smeltItem(bot, 'raw_iron')\nreturn bot.findBlock({ matching: block => block.name === 'furnace' })")
  assert.ok(left.value, 'without a pickaxe it would drop nothing: it stays where it can be used')
})

test('a pool that rock shuts in is opened from above to fill a bucket from it', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const command = text => body.ask('command', { text })
  const [x, y, z] = ['x', 'y', 'z'].map(axis => Math.floor(body.joined.position[axis]))
  for (const item of ['bucket', 'wooden_pickaxe']) await command(`give Tester ${item}`)
  for (const far of [0, 1, 2]) await command(`setblock ${x + far} ${y - 2} ${z} lava`)
  await body.operations.tick({ count: 5 })
  const { outcome, value, error } = await body.run("return fillBucket(bot, 'lava')")
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.deepEqual(value, { item: 'lava_bucket' })
  assert.equal((await body.ask('observe', { player: 'Tester' })).health, 20)
})

test('a bot that something fell on digs itself out before it goes on', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const [x, y, z] = ['x', 'y', 'z'].map(axis => Math.floor(body.joined.position[axis]))
  for (const up of [1, 2]) await body.ask('command', { text: `setblock ${x} ${y + up} ${z} dirt` })
  const { outcome, notes } = await body.run("await bot.waitForTicks(80)\nawait mineBlock(bot, '#logs', 1)")
  const { health } = await body.ask('observe', { player: 'Tester' })
  assert.deepEqual([outcome, notes.map(({ kind }) => kind), health > 15], ['returned', ['dug_out'], true])
})

test('the way up goes straight, on blocks put underfoot, and costs hardly more than a block a level', async t => {
  const body = await join({ seed: 5 })
  t.after(() => body.close())
  await body.ask('command', { text: 'give Tester stone_pickaxe' })
  await body.operations.tick({ count: 5 })
  const down = await body.run('const { y } = await descendTo(bot, 40)\nawait digTunnel(bot, new Vec3(1, 0, 0), 6)\nreturn y')
  assert.equal(down.outcome, 'returned', JSON.stringify(down.error))
  const { seq } = await body.ask('events', { since: 0 })
  const up = await body.run(`
    const { y } = await ascendToSurface(bot)
    await goTo(bot, bot.entity.position.offset(3, 0, 0), 2)
    return y`)
  assert.equal(up.outcome, 'returned', JSON.stringify(up.error))
  const levels = up.value - down.value
  const dug = (await body.ask('events', { since: seq })).events.filter(({ kind }) => kind === 'dug')
  assert.ok(levels >= 20 && dug.length < 1.5 * levels, `${dug.length} blocks for ${levels} levels`)
})

/** A hill of stone around the bot, 14 high, with something in it; gives where its middle is, the bot on top. */
async function hill (body, inside) {
  const [x, y, z] = ['x', 'y', 'z'].map(axis => Math.floor(body.joined.position[axis]))
  for (let dx = -6; dx <= 6; dx++) {
    for (let dz = -6; dz <= 6; dz++) {
      for (let up = 0; up <= 20; up++) {
        const kind = up <= 14 ? inside(dx, up, dz) ?? 'stone' : 'air'
        await body.ask('command', { text: `setblock ${x + dx} ${y + up} ${z + dz} ${kind}` })
      }
    }
  }
  await body.ask('command', { text: 'give Tester iron_pickaxe' })
  await body.ask('command', { text: `tp Tester ${x + 0.5} ${y + 15} ${z + 0.5}` })
  await body.operations.tick({ count: 20 })
  return { x, y, z }
}

/** Where the bot ends that digs down to a height, what it broke on the way and its health. */
async function digDown (body, level) {
  const { seq } = await body.ask('events', { since: 0 })
  const { outcome, value, error } = await body.run(`return descendTo(bot, ${level})`, { limits: { ticks: 3000 } })
  assert.equal(outcome, 'returned', JSON.stringify(error))
  const dug = (await body.ask('events', { since: seq })).events.filter(({ kind }) => kind === 'dug')
  return { end: value, dug, health: (await body.ask('observe', { player: 'Tester' })).health }
}

test('the way down goes straight once there is rock overhead, and leaves no shaft open to the sky', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { x, y, z } = await hill(body, () => null)
  const { end, dug } = await digDown(body, y + 1)
  assert.equal(end.y, y + 1)
  const levels = column => dug.filter(at => at.x === column.x && at.z === column.z).length
  assert.ok(dug.length < 24, `${dug.length} blocks for 14 levels`)
  assert.ok(levels({ x, z }) < 2 && levels(end) > 8, JSON.stringify(dug))
})

test('the way down leads around lava', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { y } = await hill(body, (dx, up, dz) => up === 8 && Math.abs(dx) < 2 && Math.abs(dz) < 2 ? 'lava' : null)
  const { end, health } = await digDown(body, y + 1)
  assert.deepEqual([end.y, health], [y + 1, 20])
})

test('the way down leads around a cave, where there is a way around', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const cave = (dx, up, dz) => up >= 3 && up <= 5 && Math.abs(dx) < 3 && Math.abs(dz) < 3
  const { x, y, z } = await hill(body, (...at) => cave(...at) ? 'air' : null)
  const { end, dug } = await digDown(body, y + 1)
  assert.equal(end.y, y + 1)
  assert.ok(!dug.some(at => cave(at.x - x, at.y - y - 1, at.z - z)), 'it opened the roof of the cave')
})

test('the bottom of a shaft that is open to the sky is no surface', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { x, y, z } = await hill(body, (dx, up, dz) => dx === 0 && dz === 0 && up > 4 ? 'air' : null)
  await body.ask('command', { text: `tp Tester ${x + 0.5} ${y + 5} ${z + 0.5}` })
  await body.ask('command', { text: 'give Tester dirt 16' })
  await body.operations.tick({ count: 5 })
  const { outcome, value, error } = await body.run('return ascendToSurface(bot)', { limits: { ticks: 3000 } })
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.ok(value.y >= y + 14, `ended at ${value.y - y} of 15`)
})

test('gravel over a cave is no ground: who stands on it between walls stays there', async t => {
  const body = await join({ seed: 4 }) // three gravel over ten blocks of air, as the world was made
  t.after(() => body.close())
  for (const y of [-20, -19]) {
    await body.ask('command', { text: `setblock 50 ${y} 1 air` })
    for (const [x, z] of [[49, 1], [51, 1], [50, 0], [50, 2]]) {
      await body.ask('command', { text: `setblock ${x} ${y} ${z} bedrock` })
    }
  }
  await body.ask('command', { text: 'tp Tester 50.5 -20 1.5' })
  await body.ask('command', { text: 'give Tester iron_pickaxe' })
  await body.operations.tick({ count: 20 })
  const { value: ground } = await body.run("return [1, 2, 3, 4].map(y => bot.blockAt(new Vec3(50, -20 - y, 1)).name)")
  assert.deepEqual(ground, ['gravel', 'gravel', 'gravel', 'air'])
  const { error } = await body.run('await descendTo(bot, -26)', { limits: { ticks: 3000 } })
  assert.equal(error?.code, 'unreachable', JSON.stringify(error))
  assert.equal((await body.ask('observe', { player: 'Tester' })).health, 20)
})

test('kinds are mixed only where the recipe of one thing allows it: planks of a bed, never its wool', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const give = ['crafting_table 1', 'white_wool 3', 'black_wool 2', 'oak_planks 1', 'spruce_planks 2']
  for (const items of give) await body.ask('command', { text: `give Tester ${items}` })
  await body.operations.tick({ count: 5 })
  const { outcome, value, error } = await body.run("return craftItem(bot, '#beds')")
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.deepEqual(value.items, { white_bed: 1 })
})

test('below a lake, where water bars every way, one lets it in and swims up', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const command = text => body.ask('command', { text })
  const [x, y, z] = ['x', 'y', 'z'].map(axis => Math.floor(body.joined.position[axis]))
  const deep = y - 9
  const sides = [-2, -1, 0, 1, 2]
  for (const dx of sides) {
    for (const dz of sides) {
      const wall = Math.max(Math.abs(dx), Math.abs(dz)) < 2
      for (let up = -1; up <= 6; up++) {
        const kind = up < 0 || (wall && up < 3) ? 'stone' : 'water'
        await command(`setblock ${x + dx} ${deep + up} ${z + dz} ${kind}`)
      }
      for (let up = 7; up <= 24; up++) await command(`setblock ${x + dx} ${deep + up} ${z + dz} air`) // no tree either
    }
  }
  for (const up of [0, 1]) await command(`setblock ${x} ${deep + up} ${z} air`)
  await command('give Tester wooden_pickaxe')
  await command(`tp Tester ${x} ${deep} ${z}`)
  await body.operations.tick({ count: 20 })
  const { outcome, value, error } = await body.run('return ascendToSurface(bot)', { limits: { ticks: 3000 } })
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.ok(value.y >= deep + 6, `at ${value.y}`)
  const { health, position } = await body.ask('observe', { player: 'Tester' })
  assert.ok(health > 10, `${health} at ${JSON.stringify(position)}`)

  await command(`tp Tester ${x + 2.5} ${deep} ${z + 2.5}`)
  await body.operations.tick({ count: 5 })
  const dived = await body.run('return ascendToSurface(bot)', { limits: { ticks: 3000 } })
  assert.equal(dived.outcome, 'returned', JSON.stringify(dived.error))
  assert.ok(dived.value.y >= deep + 6, `the bed of a lake is no surface, though the sky is above: at ${dived.value.y}`)
})

/** A lake of five blocks of water around the bot, 23 blocks wide, with a shore of stone; gives where its middle is. */
async function lake (body, bed) {
  const [x, y, z] = ['x', 'y', 'z'].map(axis => Math.floor(body.joined.position[axis]))
  for (let dx = -13; dx <= 13; dx++) {
    for (let dz = -13; dz <= 13; dz++) {
      const shore = Math.max(Math.abs(dx), Math.abs(dz)) > 11
      for (let up = -7; up <= 8; up++) {
        const kind = up === -7 || (shore && up < 0) ? 'stone' : up === -6 ? bed : up < 0 ? 'water' : 'air'
        await body.ask('command', { text: `setblock ${x + dx} ${y + up} ${z + dz} ${kind}` })
      }
    }
  }
  await body.ask('command', { text: `tp Tester ${x} ${y - 1} ${z}` })
  return { x, y, z, ashore: at => Math.max(Math.abs(at.x - x), Math.abs(at.z - z)) > 11 }
}

test('who swims in the middle of a lake goes to its shore to put something down', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { ashore } = await lake(body, 'stone')
  await body.ask('command', { text: 'give Tester crafting_table' })
  await body.operations.tick({ count: 20 })
  const { outcome, value, error } = await body.run("return placeItem(bot, 'crafting_table')", { limits: { ticks: 3000 } })
  assert.equal(outcome, 'returned', JSON.stringify(error))
  assert.ok(ashore(value), `at ${JSON.stringify(value)}`)
})

test('sand at the bottom of a lake is left for sand on its shore, though that is farther', async t => {
  const body = await join({ seed: 3 })
  t.after(() => body.close())
  const { x, y, z, ashore } = await lake(body, 'sand')
  for (const far of [12, 13]) await body.ask('command', { text: `setblock ${x + far} ${y - 1} ${z} sand` })
  await body.operations.tick({ count: 20 })
  const { outcome, error } = await body.run("return mineBlock(bot, 'sand', 2)", { limits: { ticks: 6000 } })
  assert.equal(outcome, 'returned', JSON.stringify(error))
  const { events } = await body.ask('events', { since: 0 })
  assert.deepEqual(events.filter(({ kind, block }) => kind === 'dug' && block === 'sand').map(ashore), [true, true])
})
