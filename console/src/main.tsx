import '@mantine/core/styles.css'
import './app/console.css'
import './app/opened-address'

import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { mayRetry } from './api/client'
import { loadPage, Pages } from './app/routes'
import { SessionGate } from './app/session'
import { theme } from './app/theme'

const queries = new QueryClient({
  defaultOptions: {
    // A browser that says it is offline may still reach `headgate serve`; and a request that fails is reported, one that is held back is not.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: mayRetry,
    },
  },
})

loadPage()
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element with the id root')
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <SessionGate>
          <Pages />
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
