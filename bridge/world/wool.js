'use strict'
// The colours of sheep: the protocol's order, and the shares in which nature gives them.

const SHEEP_COLOURS = [
  'white', 'orange', 'magenta', 'light_blue', 'yellow', 'lime', 'pink', 'gray',
  'light_gray', 'cyan', 'purple', 'blue', 'brown', 'green', 'red', 'black'
]

/** The colour of a new sheep: 5 % each black, gray, light gray, 3 % brown, a rare pink, the rest white. */
function naturalColour(random) {
  const draw = random.next()
  if (draw < 0.05) return 'black'
  if (draw < 0.1) return 'gray'
  if (draw < 0.15) return 'light_gray'
  if (draw < 0.18) return 'brown'
  return random.int(500) === 0 ? 'pink' : 'white'
}

module.exports = { SHEEP_COLOURS, naturalColour }
