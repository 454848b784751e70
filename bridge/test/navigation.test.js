'use strict'
/** Freeing oneself from where a walk got stuck. The bot is a stand-in that notes what its legs are told. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { shake } = require('../body/navigation')

const WAYS = ['left', 'right', 'back', 'forward']

/** What the legs are told by one shake, where `lava` (a place) is the only block that is no stone. */
async function told (lava, random) {
  const controls = []
  const bot = {
    entity: { position: new Vec3(0.5, -60, 0.5) },
    blockAt: at => ({ name: at.equals(lava) ? 'lava' : 'stone' }),
    setControlState: name => controls.push(name),
    clearControlStates () {}
  }
  await shake({ bot, random: () => random, ticks: async () => {} })
  return controls
}

test('whoever is stuck jumps and steps aside, but takes no step where lava is near', async () => {
  for (const [at, way] of WAYS.entries()) {
    assert.deepEqual(await told(new Vec3(9, -60, 0), at / WAYS.length), ['jump', way])
    assert.deepEqual(await told(new Vec3(2, -61, -1), at / WAYS.length), ['jump'])
  }
})
