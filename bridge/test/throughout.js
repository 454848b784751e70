'use strict'
/** What all tests of a file share, begun before the first and ended after the last. */

const { before, after } = require('node:test')

/** Node.js calls both hooks at once where a pattern of names leaves no test of the file over: the end waits. */
function throughout (begin, end) {
  let begun
  before(() => (begun = begin()))
  after(async () => {
    await begun
    await end()
  })
}

module.exports = { throughout }
