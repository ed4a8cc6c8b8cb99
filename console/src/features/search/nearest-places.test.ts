import { expect, test } from 'vitest'

import { nearestPlaces } from './nearest-places'

const ALL = [
  { kind: 'dataset', title: 'orders', href: '#/datasets/orders' },
  { kind: 'dataset', title: 'order_items', href: '#/datasets/order_items' },
  { kind: 'table', title: 'Sales forecast', href: '#/tables/hub/sales_forecast' },
  { kind: 'dashboard', title: 'Fraud and card data', href: '#/dashboards/compliance-guardian' },
  { kind: 'queue', title: 'Customers to call', href: '#/work/customers_to_call' },
  { kind: 'question', title: 'Which orders were best?', href: '#/query?question=best_orders' },
  { kind: 'page', title: 'Catalog', href: '#/catalog' },
  { kind: 'run', title: 'Run of 1 May', href: '#/runs/run-2' },
]

test.each([
  ['dataset', 'ordrs', ['#/datasets/orders']],
  ['dataset', 'Order Items', ['#/datasets/order_items']],
  ['table', 'nowhere/sales_forcast', ['#/tables/hub/sales_forecast']],
  ['table', 'sales_forecast', ['#/tables/hub/sales_forecast']],
  ['dashboard', 'compliance-guardien', ['#/dashboards/compliance-guardian']],
  ['dashboard', 'fraud and card', ['#/dashboards/compliance-guardian']],
  ['queue', 'customer_to_call', ['#/work/customers_to_call']],
  ['question', 'best_order', ['#/query?question=best_orders']],
  ['page', 'catalogue', ['#/catalog']],
  ['run', 'run-3', ['#/runs/run-2']],
  ['dataset', 'nope', []],
  ['answer', 'orders', []],
])('the %s %s leads to what has nearly its name', (what, name, hrefs) => {
  expect(nearestPlaces(ALL, what, name).map(({ href }) => href)).toEqual(hrefs)
})
