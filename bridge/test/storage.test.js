'use strict'
/** What the store of a world promises: whole generations, the newest two, and nothing lost to a kill -9. */

const { test } = require('node:test')
const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { open } = require('../world/storage')

function folder(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'world-store-'))
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  return dir
}

function difference(cx, cz, changes, blockEntities = []) {
  return { cx, cz, settled: true, changes: new Map(changes), blockEntities: new Map(blockEntities) }
}

test('a saved generation is read back whole by another process', (t) => {
  const dir = folder(t)
  const store = open(dir)
  const chest = { kind: 'chest', slots: [{ name: 'oak_log', count: 3 }, null] }
  const saved = difference(-3, 7, [[0, 1], [98303, 24133]], [[512, chest]])
  store.save(1, { columns: [saved], state: { tick: 40, random: [1, -2, 3, 4] } })
  store.close()
  const again = open(dir)
  assert.strictEqual(again.generation, 1)
  assert.deepStrictEqual(again.loadState(), { tick: 40, random: [1, -2, 3, 4] })
  assert.deepStrictEqual(again.loadColumn(-3, 7), saved)
  assert.strictEqual(again.loadColumn(7, -3), undefined)
  again.close()
})

test('a new world has no state and no generation', (t) => {
  const store = open(folder(t))
  assert.strictEqual(store.loadState(), undefined)
  assert.strictEqual(store.generation, undefined)
  store.close()
})

test('the newest two generations stay loadable, each with its own blocks; going back deletes what is newer', (t) => {
  const dir = folder(t)
  const store = open(dir)
  for (let n = 1; n <= 5; n++) {
    const columns = [difference(0, 0, [[9, n]])]
    if (n === 2) columns.push(difference(4, 4, [[1, 1]]))
    store.save(n, { columns, state: { n } })
  }
  assert.deepStrictEqual(store.generations(), [4, 5])
  store.close()
  const back = open(dir, { generation: 4 })
  assert.deepStrictEqual(back.loadState(), { n: 4 })
  assert.strictEqual(back.loadColumn(0, 0).changes.get(9), 4)
  assert.strictEqual(back.loadColumn(4, 4).changes.get(1), 1, 'a column unchanged since generation 2 is still there')
  assert.deepStrictEqual(back.generations(), [4])
  back.close()
})

test('old rows of a column do not pile up', (t) => {
  const store = open(folder(t))
  for (let n = 1; n <= 20; n++) store.save(n, { columns: [difference(0, 0, [[1, n]])], state: { n } })
  const { rows } = store.database.prepare('SELECT count(*) AS rows FROM columns').get()
  assert.strictEqual(rows, 2)
  store.close()
})

test('a generation that is not stored is refused with the ones that are, and nothing is deleted', (t) => {
  const dir = folder(t)
  const store = open(dir)
  store.save(3, { columns: [], state: {} })
  store.close()
  assert.throws(() => open(dir, { generation: 2 }), /generation 2 is not stored here; stored: 3/)
  const again = open(dir)
  assert.strictEqual(again.generation, 3)
  again.close()
})

test('an older generation cannot overwrite a newer one; the same one can be saved twice', (t) => {
  const store = open(folder(t))
  store.save(3, { columns: [difference(0, 0, [[1, 1]])], state: { try: 1 } })
  store.save(3, { columns: [difference(1, 0, [[2, 2]])], state: { try: 2 } })
  assert.throws(() => store.save(2, { columns: [], state: {} }), /older than 3/)
  assert.deepStrictEqual(store.loadState(), { try: 2 })
  assert.strictEqual(store.loadColumn(0, 0).changes.get(1), 1)
  assert.strictEqual(store.loadColumn(1, 0).changes.get(2), 2)
  store.close()
})

test('a save that fails half-way leaves the generation before it', (t) => {
  const store = open(folder(t))
  store.save(1, { columns: [difference(0, 0, [[1, 1]])], state: { n: 1 } })
  const broken = { ...difference(9, 9, []), blockEntities: null }
  assert.throws(() => store.save(2, { columns: [difference(0, 0, [[1, 2]]), broken], state: { n: 2 } }))
  assert.strictEqual(store.generation, 1)
  assert.deepStrictEqual(store.generations(), [1])
  assert.strictEqual(store.loadColumn(0, 0).changes.get(1), 1)
  store.close()
})

test('a world that a process has open is refused to a second one, and free again when the first has gone', async (t) => {
  const dir = folder(t)
  const script = `
    require(process.argv[1]).open(process.argv[2])
    require('node:fs').writeSync(1, 'open')
    setInterval(() => {}, 1000)
  `
  const child = spawn(process.execPath, ['-e', script, require.resolve('../world/storage'), dir])
  await once(child.stdout, 'data')
  assert.throws(() => open(dir), /is in use by another process/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  open(dir).close()
})

const WRITER = `
  const { open } = require(process.argv[1])
  const store = open(process.argv[2])
  for (let n = (store.generation ?? 0) + 1; ; n++) {
    const columns = []
    for (let cx = 0; cx < 12; cx++) {
      const changes = new Map(Array.from({ length: 200 }, (_, i) => [i, n % 65536]))
      columns.push({ cx, cz: 0, settled: true, changes, blockEntities: new Map([[0, { n }]]) })
    }
    store.save(n, { columns, state: { n } })
    require('node:fs').writeSync(1, n + '\\n')
  }
`

async function writeAndKill(dir, saves) {
  const child = spawn(process.execPath, ['-e', WRITER, require.resolve('../world/storage'), dir])
  let reported = 0
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    reported = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1))
    if (reported >= saves && !child.killed) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return reported
}

test('a process killed in the middle of saving loses nothing that it reported', async (t) => {
  const dir = folder(t)
  let reported = 0
  for (let round = 0; round < 4; round++) {
    reported = await writeAndKill(dir, reported + 3 + round * 2)
    const store = open(dir)
    assert.ok(store.generation >= reported, `reported ${reported}, found ${store.generation}`)
    assert.deepStrictEqual(store.loadState(), { n: store.generation })
    for (let cx = 0; cx < 12; cx++) {
      const { changes, blockEntities } = store.loadColumn(cx, 0)
      assert.deepStrictEqual([...new Set(changes.values())], [store.generation], 'a column is of one generation')
      assert.strictEqual(changes.size, 200)
      assert.deepStrictEqual(blockEntities.get(0), { n: store.generation })
    }
    const older = store.generations()[0]
    store.close()
    const back = open(dir, { generation: older })
    assert.strictEqual(back.loadColumn(5, 0).changes.get(0), older)
    reported = older
    back.close()
  }
})
