// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { figure } from '../../api/format'
import { ModelCardLinks } from './card-links'
import {
  judging,
  methodSentences,
  metricWords,
  periodWords,
  textWords,
  trainingSentences,
  verdictSentence,
} from './card-words'
import { ModelCardPage } from './model-card-page'

const ENTRY = {
  name: 'leaving',
  system: 'own',
  tables: ['guest_risk'],
  quality: 'guest_quality',
  predicts: 'The probability that a guest does not come again (`risk`).',
}
const CARD = {
  ...ENTRY,
  data: 'Visits of the lake.',
  naive_rule: 'The days since the last visit.',
  limits: ['A guest without a visit has no probability.', 'The reasons are not causes.'],
  uses: ['The desk calls guests with it.'],
  method: ['Recipes are tested at later days.'],
  names: { linear_recipe: 'a line', silence_rule: 'days of silence' },
  missing: [],
  as_of: '2026-01-31',
  snapshot_id: 's',
  is_kept: true,
  methods: { model: ['linear_recipe'] },
  recipe: 'linear_recipe',
  unused: [],
  learnt_from: 1200,
  columns: ['silence', 'age'],
  period: '2025-10-01/2025-12-30',
  figures: [
    {
      model: 'guest_risk',
      metric: 'auc',
      value: 0.81234,
      baseline: 0.7,
      baseline_model: 'silence_rule',
      period: '2025-10-01/2025-12-30',
      rows: 1200,
      note: '',
      title: '',
      unit: '',
      verdict: 'better',
      is_main: false,
    },
  ],
  contest_title: '',
  calibrated: 'Probabilities are too low: where 20 % was expected, 25 % came.',
  contest: { constant: 0.6, linear_recipe: 0.5 },
  calibration: [{ expected: 0.2, observed: 0.25, rows: 600 }],
  shifted: ['silence'],
}
let card: object = CARD

beforeEach(() => {
  card = CARD
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) => {
    const { pathname } = new URL(url)
    if (pathname === '/v1/model-cards') return Promise.resolve(Response.json({ cards: [ENTRY] }))
    if (pathname === '/v1/model-cards/leaving') return Promise.resolve(Response.json(card))
    if (pathname === '/v1/catalog') return Promise.resolve(Response.json({ tables: [] }))
    return Promise.resolve(Response.json({ status: 404, detail: 'no model' }, { status: 404 }))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const show = (address: string) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[address]}>
          <Routes>
            <Route path="models/:name" element={<ModelCardPage />} />
            <Route path="board" element={<ModelCardLinks tables={['guest_risk', 'guests']} />} />
            <Route path="tested" element={<ModelCardLinks tables={['guest_quality']} />} />
            <Route path="counted" element={<ModelCardLinks tables={['guests']} />} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

const section = (name: string) => within(screen.getByRole('region', { name }))

test('a card says what is predicted, how, from what, how it was tested, its limits and its use', async () => {
  show('/models/leaving')
  await screen.findByText('The probability that a guest does not come again (“risk”).')
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Model card: Guest risk')
  expect(section('What it predicts').getByText('Guest risk').getAttribute('href')).toBe(
    '#/tables/own/guest_risk',
  )
  expect(section('By which method').getByText(/^The recipe in use is a line\. It stays/)).toBeTruthy()
  expect(section('By which method').getByText('Recipes are tested at later days.')).toBeTruthy()
  expect(
    section('What it is made from').getByText('It learnt from 1,200 rows with 2 inputs: silence and age.'),
  ).toBeTruthy()
  const row = section('How it was tested').getByText('AUC').closest('tr')
  expect([...(row?.querySelectorAll('td') ?? [])].map(({ textContent }) => textContent)).toEqual([
    'AUCguest risk · how well it ranks: 0.5 is chance, 1 has all in order',
    'better',
    '0.8123',
    'days of silence',
    '0.7',
    '1 Oct 2025 to 30 Dec 2025',
    '1,200',
  ])
  expect(section('How it was tested').getByText('Verdicts of its 1 newest test: better in 1.')).toBeTruthy()
  expect(section('How it was tested').getByText(CARD.calibrated)).toBeTruthy()
  expect(section('Limits').getAllByRole('listitem')).toHaveLength(2)
  expect(section('Who may use it, for what').getByText('The desk calls guests with it.')).toBeTruthy()
})

test('the recipe with the least loss comes first', async () => {
  show('/models/leaving')
  const table = (await screen.findByText('Mean error (lower is better)')).closest('table')
  const names = [...(table?.querySelectorAll('tbody td:first-child') ?? [])].map(
    ({ textContent }) => textContent,
  )
  expect(names).toEqual(['a line (in use)', 'constant'])
})

test('a card before the first run says so, and names the data that are missing', async () => {
  card = { ...CARD, as_of: '', methods: {}, recipe: '', figures: [], missing: ['visits'] }
  show('/models/leaving')
  await screen.findByText(/The lake has no rows of visits, so there are no figures yet/)
  expect(screen.getByText(/It was not tested yet/)).toBeTruthy()
})

test('an address of no model says so', async () => {
  show('/models/weather')
  await screen.findByText('No model is named weather')
})

test('a dashboard has one click to each card of its tables, and none where nothing is predicted', async () => {
  show('/board')
  expect((await screen.findByText('Guest risk')).getAttribute('href')).toBe('#/models/leaving')
  cleanup()
  show('/tested')
  expect((await screen.findByText('Guest risk')).getAttribute('href')).toBe('#/models/leaving')
  cleanup()
  show('/counted')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(screen.queryByText(/Model card/)).toBeNull()
})

test('a kept model that the table was not built with is not in use', () => {
  expect(methodSentences({ ...CARD, recipe: '', unused: ['linear_recipe', '2026-01-30'] })).toEqual([
    'Recipes are tested at later days.',
    'Method: a line.',
    'A model kept on 30 Jan 2026 (a line) is not in use: the current table was not built with it.',
  ])
  const fitted = { ...CARD, methods: {}, recipe: '', is_kept: false }
  expect(methodSentences({ ...fitted, method: [] })).toEqual(['Each run fits it again.'])
  expect(methodSentences(fitted)).toEqual(['Recipes are tested at later days.'])
})

test('days of tests are read as days, and other words stay', () => {
  expect(periodWords('2026-01-01/2026-01-01')).toBe('1 Jan 2026')
  expect(periodWords('4 past origins, 12 periods ahead (week)')).toBe(
    '4 past origins, 12 periods ahead (week)',
  )
  expect(periodWords('fit')).toBe('the days that it learnt from')
  expect(trainingSentences(CARD).at(-1)).toBe('These inputs have changed since: silence.')
})

test('a figure has the words and the unit of its kind, and no text the marks of code', () => {
  expect(metricWords('coverage_80')).toEqual({
    title: 'Share of values in the 80 % interval',
    meaning: '80 % is meant',
    unit: 'share',
  })
  expect(metricWords('daily_auc').title).toBe('AUC, day by day')
  expect(metricWords('precision_100')).toMatchObject({
    title: 'Share of hits among the first 100',
    unit: 'share',
  })
  expect(metricWords('value_mae_gbp_hurdle')).toMatchObject({ title: 'Value mean error hurdle', unit: 'GBP' })
  expect(textWords('by `net_total`', (name) => (name === 'net_total' ? '“Net total”' : name))).toBe(
    'by “Net total”',
  )
  expect(metricWords('smape').unit).toBe('percent')
  expect(metricWords('earned_eur')).toEqual({
    title: 'Earned',
    meaning: '',
    unit: 'EUR',
  })
  expect(metricWords('labelled_share').unit).toBe('share')
  const errors = [0.06051, 0.026, 0.002497].map((value) => figure(value, metricWords('ece').unit))
  expect(errors).toEqual(['6.05 points', '2.60 points', '0.250 points'])
  expect(metricWords('calibration_error').unit).toBe(metricWords('ece').unit)
  expect(textWords('by `silence_rule` and `“Net total”`')).toBe('by “silence rule” and “Net total”')
})

test('a declared figure has its own title, unit and verdict, and stands alone in view', async () => {
  const [auc] = CARD.figures
  if (!auc) throw new Error('no figure')
  const inside = { ...auc, metric: 'inside', value: 0.744, baseline: 0.8, title: 'Visits in the interval' }
  const untested = { ...inside, metric: 'year', title: 'A year', verdict: '', is_main: true }
  const narrow = { ...inside, unit: 'share', verdict: 'too narrow', is_main: true }
  card = { ...CARD, figures: [narrow, untested, auc] }
  show('/models/leaving')
  const row = (await screen.findByText('Visits in the interval')).closest('tr')
  expect(row?.querySelector('[data-label=Verdict]')?.textContent).toBe('too narrow')
  expect(row?.querySelector('[data-label=Value]')?.textContent).toBe('74.4 %')
  expect(row?.closest('details')).toBeNull()
  expect(screen.getByText('A year').closest('tr')?.textContent).toContain('not compared')
  expect(screen.getByText('AUC').closest('details')).toBeTruthy()
  expect(screen.getByText('Verdicts of its 1 newest test: too narrow in 1.')).toBeTruthy()
})

test('a share of the first ones of each day says its ceiling, and judges nothing', () => {
  const [auc] = CARD.figures
  if (!auc) throw new Error('no figure')
  expect(metricWords('card_precision_100')).toMatchObject({
    title: 'Hits among the first 100 of each day',
    meaning: 'as a share of 100, so a day with 2 hits to find has at most 2 %; higher is better',
  })
  const hits = { ...auc, metric: 'card_precision_100' }
  expect(judging([auc, hits])).toEqual({ main: [auc], others: [hits] })
})

test('the mean of all periods and the newest one are both shown, each under its name', async () => {
  const [auc] = CARD.figures
  const mean = { ...auc, value: 0.75, note: 'mean of 5 periods' }
  card = { ...CARD, figures: [mean, { ...auc, note: 'newest of 5 periods; few labels' }] }
  show('/models/leaving')
  await screen.findByText('AUC, mean of 5 periods')
  expect(screen.getByText('AUC, newest of 5 periods')).toBeTruthy()
})

test('many inputs are folded, in words', async () => {
  card = { ...CARD, columns: [...'abcdefghij', 'mean_7d'], shifted: ['mean_7d'] }
  show('/models/leaving')
  await screen.findByText('It learnt from 1,200 rows with 11 inputs.')
  expect(screen.getByText(/j and mean \(7 days\)/).closest('details')).toBeTruthy()
  expect(screen.getByText('These inputs have changed since: mean (7 days).')).toBeTruthy()
})

test('the newest figures of the published method are shown first, and count their verdicts', () => {
  const [auc] = CARD.figures
  if (!auc) throw new Error('no figure')
  const older = { ...auc, period: '2025-01-01/2025-03-30', value: 0.9 }
  const brier = { ...auc, metric: 'brier', value: 0.3, baseline: 0.2, verdict: 'worse' }
  const challenger = { ...auc, metric: 'log_loss_linear', note: 'challenger' }
  const fact = { ...auc, metric: 'known_days', baseline: null }
  const { main, others } = judging([older, auc, brier, challenger, fact])
  expect(main).toEqual([auc, brier])
  expect(others).toEqual([older, challenger, fact])
  expect(verdictSentence(main)).toBe('Verdicts of its 2 newest tests: better in 1 and worse in 1.')
  expect(verdictSentence([{ ...fact, verdict: '' }])).toBe('')
})

test('a card is found by the table with its figures, and another name lists the cards', async () => {
  show('/models/guest-risk')
  await screen.findByText('The probability that a guest does not come again (“risk”).')
  cleanup()
  show('/models/sales')
  const listed = await screen.findByRole('list', { name: 'Model cards' })
  expect((await within(listed).findByRole('link')).getAttribute('href')).toBe('#/models/leaving')
})
