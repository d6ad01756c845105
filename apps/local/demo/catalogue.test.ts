import { expect, test } from 'vitest'
import { demoCatalogue, mulberry32 } from './catalogue.ts'

const { categories, products } = demoCatalogue()

test('the catalogue is the same on every machine and for every start', () => {
  expect(demoCatalogue()).toEqual({ categories, products })
  expect(products[0]).toEqual({
    name: 'Brushed Steel Pour-Over Kettle',
    description: expect.any(String),
    price: expect.any(Number),
    category: 'Coffee & Tea',
    stock_quantity: expect.any(Number),
  })
  expect(demoCatalogue(1)).not.toEqual(demoCatalogue(2))
})

test('the generator gives the published sequence of mulberry32', () => {
  const random = mulberry32(0)
  expect([random(), random(), random()].map(n => Math.floor(n * 2 ** 32))).toEqual([
    1144304738, 1416247, 958946056,
  ])
})

test('there are 12 categories with 20 products each, and no name comes twice', () => {
  expect(categories).toHaveLength(12)
  expect(products).toHaveLength(240)
  expect(new Set(products.map(({ name }) => name)).size).toBe(240)
  for (const { name } of categories)
    expect(products.filter(({ category }) => category === name)).toHaveLength(20)
})

test('prices have at most two digits, stock is whole, and some are sold out', () => {
  for (const { price, stock_quantity: stock } of products) {
    expect(price).toBeGreaterThan(0)
    expect(String(price)).toMatch(/^\d+(\.\d{1,2})?$/)
    expect(Number.isInteger(stock) && stock >= 0).toBe(true)
  }
  const soldOut = products.filter(product => product.stock_quantity === 0).length
  expect(soldOut).toBeGreaterThan(5)
  expect(soldOut).toBeLessThan(40)
})

test('descriptions are two different sentences', () => {
  for (const { description } of products) {
    const sentences = description.match(/[^.]+\./g) ?? []
    expect(sentences.length).toBeGreaterThanOrEqual(2)
    expect(new Set(sentences.map(sentence => sentence.trim())).size).toBe(sentences.length)
  }
})
