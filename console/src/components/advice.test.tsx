// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { Advice } from './advice'

afterEach(cleanup)

const shown = (text: string): string | null =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <p>
          <Advice text={text} />
        </p>
      </QueryClientProvider>
    </MantineProvider>,
  ).container.textContent

test('a link in place of a command begins a sentence with a capital letter, and only a sentence', () => {
  const text = 'It failed. `headgate runs show r-1` says why; see `headgate runs show r-1`.'
  expect(shown(text)).toMatch(/It failed\. The page of the run says why; see the page of the run\.$/)
})
