import type { DemoCategory } from './words.ts'

export const AWAY: readonly DemoCategory[] = [
  {
    name: 'Bags',
    description: 'For the commute, the weekend and the flight in between',
    things: [
      ['Backpack', 98],
      ['Messenger Bag', 86],
      ['Duffel', 112],
      ['Tote', 39],
      ['Wash Bag', 26],
    ],
    makes: ['Waxed-Canvas', 'Ripstop', 'Leather', 'Roll-Top'],
    praise: [
      'Keeps a laptop dry in a proper downpour.',
      'The zips run as on the first day.',
      'Fits under the seat of every airline that we tried.',
      'Has a pocket for the keys where the hand expects it.',
    ],
  },
  {
    name: 'Outdoor',
    description: 'Camp, trail and the garden behind the house',
    things: [
      ['Tent', 219],
      ['Sleeping Bag', 139],
      ['Camp Stove', 64],
      ['Water Bottle', 22],
      ['Trekking Poles', 58],
    ],
    makes: ['Alpine', 'Ultralight', 'Four-Season', 'Trail'],
    praise: [
      'Tested in a week of Scottish rain.',
      'Goes up in three minutes with cold fingers.',
      'Packs down to the size of a loaf of bread.',
      'Spare parts can be had for at least ten years.',
    ],
  },
  {
    name: 'Audio',
    description: 'Speakers, headphones and what connects them',
    things: [
      ['Headphones', 149],
      ['Bookshelf Speaker', 179],
      ['Portable Speaker', 69],
      ['Earbuds', 79],
      ['Turntable', 249],
    ],
    makes: ['Studio', 'Wireless', 'Compact', 'Reference'],
    praise: [
      'Clear voices and a bass that does not boast.',
      'Thirty hours on one charge, five minutes for the way home.',
      'Cushions and battery can be replaced at home.',
      'Pairs in a second and stays paired.',
    ],
  },
  {
    name: 'Toys & Games',
    description: 'For rainy Sundays and patient grown-ups',
    things: [
      ['Building Blocks', 37],
      ['Jigsaw Puzzle', 21],
      ['Marble Run', 52],
      ['Board Game', 44],
      ['Kite', 29],
    ],
    makes: ['Wooden', 'Giant', 'Travel', 'Classic'],
    praise: [
      'Explained in two minutes, played for years.',
      'No batteries, no app, no noise.',
      'Every missing piece is replaced for free.',
      'For ages four to ninety-nine.',
    ],
  },
  {
    name: 'Bicycle',
    description: 'Parts and accessories for getting there by your own strength',
    things: [
      ['Saddle', 74],
      ['Pannier', 66],
      ['Front Light', 48],
      ['Lock', 57],
      ['Floor Pump', 41],
    ],
    makes: ['Touring', 'City', 'Gravel', 'Cargo'],
    praise: [
      'Fits in five minutes with the key in the box.',
      'Keeps out the rain from above and from below.',
      'Seen from half a kilometre away.',
      'Holds for ten thousand kilometres; then we service it.',
    ],
  },
  {
    name: 'Wellness',
    description: 'Soap, oil and a quiet half hour',
    things: [
      ['Hand Soap', 12],
      ['Massage Oil', 23],
      ['Scented Candle', 26],
      ['Bath Salt', 16],
      ['Yoga Mat', 62],
    ],
    makes: ['Lavender', 'Cedar', 'Citrus', 'Unscented'],
    praise: [
      'Made in small batches, with the date on the label.',
      'Kind to skin that is kind to nothing.',
      'Refills come in a paper bag.',
      'Burns, lathers or lasts for fifty hours, whichever applies.',
    ],
  },
]
