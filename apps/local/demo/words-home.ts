import type { DemoCategory } from './words.ts'

export const HOME: readonly DemoCategory[] = [
  {
    name: 'Coffee & Tea',
    description: 'Beans, leaves and everything that turns them into a good morning',
    things: [
      ['Pour-Over Kettle', 59],
      ['Burr Grinder', 89],
      ['French Press', 34],
      ['Teapot', 42],
      ['Travel Mug', 24],
    ],
    makes: ['Brushed Steel', 'Matte Black', 'Copper', 'Ivory'],
    praise: [
      'Keeps its temperature through a slow breakfast.',
      'The lid stays put when you pour the last drop.',
      'Comes apart without tools and goes into the dishwasher.',
      'Baristas in our office fight over it.',
    ],
  },
  {
    name: 'Cookware',
    description: 'Pots, pans and knives that outlast the recipes',
    things: [
      ['Frying Pan', 54],
      ['Dutch Oven', 129],
      ['Saucepan', 46],
      ["Chef's Knife", 72],
      ['Cutting Board', 29],
    ],
    makes: ['Cast-Iron', 'Carbon-Steel', 'Enamelled', "Maker's"],
    praise: [
      'Heats evenly from the rim to the middle.',
      'Sits well in the hand, also after an hour of onions.',
      'Works on gas, induction and over a camp fire.',
      'Better with every year of use.',
    ],
  },
  {
    name: 'Lighting',
    description: 'Lamps for desks, corners and long evenings',
    things: [
      ['Desk Lamp', 49],
      ['Floor Lamp', 119],
      ['Pendant', 84],
      ['Reading Light', 27],
      ['Lantern', 36],
    ],
    makes: ['Oak', 'Brass', 'Paper', 'Smoked-Glass'],
    praise: [
      'Warm light that does not tire the eyes.',
      'Dims without a flicker down to a glow.',
      'The cable is long enough for real rooms.',
      'Takes every common bulb; one is in the box.',
    ],
  },
  {
    name: 'Office',
    description: 'Paper, pens and order on the desk',
    things: [
      ['Notebook', 14],
      ['Fountain Pen', 38],
      ['Desk Organizer', 32],
      ['Document Folder', 18],
      ['Laptop Stand', 45],
    ],
    makes: ['Linen', 'Walnut', 'Slate', 'Recycled'],
    praise: [
      'Ink does not bleed through, whatever the pen.',
      'Finds room for what usually gets lost.',
      'Made by a family workshop of nine people.',
      'Folds flat and weighs next to nothing.',
    ],
  },
  {
    name: 'Textiles',
    description: 'Blankets, towels and linen in natural fibres',
    things: [
      ['Blanket', 79],
      ['Bath Towel', 28],
      ['Bed Linen', 94],
      ['Cushion', 33],
      ['Apron', 31],
    ],
    makes: ['Merino', 'Waffle', 'Stonewashed', 'Striped'],
    praise: [
      'Softer after each wash.',
      'Woven in a mill that has done so since 1921.',
      'Dries in an afternoon on the line.',
      'Certified free of harmful dyes.',
    ],
  },
  {
    name: 'Plants & Garden',
    description: 'Pots, tools and seeds for balconies and beds',
    things: [
      ['Planter', 35],
      ['Watering Can', 27],
      ['Pruning Shears', 39],
      ['Seed Box', 17],
      ['Garden Trowel', 19],
    ],
    makes: ['Terracotta', 'Zinc', 'Forged', 'Balcony'],
    praise: [
      'Stands frost and forgetful owners.',
      'Pours exactly where you aim.',
      'Edges that can be sharpened again and again.',
      'Comes with a calendar for the first year.',
    ],
  },
]
