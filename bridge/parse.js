'use strict'
module.exports = { facts: () => ({}) }
