// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { KeepQuestion } from './keep-question'
import type { KeptQuestion } from './saved-questions'

const QUESTION = { sql: 'SELECT 1', kind: 'table' as const, x: '', y: [], series: '' }
let lake: KeptQuestion[] = []

beforeEach(() => {
  lake = [{ ...QUESTION, name: 'Trips', is_pinned: false }]
})
afterEach(cleanup)

const keep = (question: KeptQuestion) =>
  Promise.resolve((lake = [...lake.filter(({ name }) => name !== question.name), question]))
const forget = (name: string) => Promise.resolve((lake = lake.filter((one) => one.name !== name)))

const show = (kept?: KeptQuestion) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <KeepQuestion
            kept={kept}
            taken={lake.map(({ name }) => name)}
            proposed=""
            question={QUESTION}
            onKeep={keep}
            onForget={forget}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

async function save(opened: string, name: string): Promise<void> {
  fireEvent.click(screen.getByText(opened))
  fireEvent.change(await screen.findByLabelText('Name of the question'), { target: { value: name } })
  fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  await screen.findByText(/^Saved\./)
}

test('a question that is off the dashboard stays off it when its name changes, and has one name', async () => {
  show(lake[0])
  await save('Saved: change it', 'Trips by day')
  expect(lake).toEqual([{ ...QUESTION, name: 'Trips by day', is_pinned: false }])
})

test('a new question is on the dashboard unless a person takes it off, and no other is lost', async () => {
  show()
  await save('Save this question', 'Days')
  expect(lake.map(({ name, is_pinned }) => [name, is_pinned])).toEqual([
    ['Trips', false],
    ['Days', true],
  ])
})

test('a name that another question has is refused, and that question stays', async () => {
  show()
  fireEvent.click(screen.getByText('Save this question'))
  fireEvent.change(await screen.findByLabelText('Name of the question'), { target: { value: 'Trips ' } })
  await screen.findByText(
    'You have another question of that name, with another statement. Choose another name.',
  )
  expect(screen.getByRole('button', { name: 'Save' }).hasAttribute('disabled')).toBe(true)
  fireEvent.submit(screen.getByRole('button', { name: 'Save' }).closest('form') as HTMLFormElement)
  expect(lake).toEqual([{ ...QUESTION, name: 'Trips', is_pinned: false }])
})
