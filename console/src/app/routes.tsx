import { useState } from 'react'
import { createHashRouter, matchRoutes, type RouteObject, RouterProvider } from 'react-router'

import { NotFound } from './not-found'
import { Shell } from './shell'

// Each page is a chunk of its own, loaded when it is opened.
export const ROUTES: RouteObject[] = [
  {
    path: '/',
    element: <Shell />,
    errorElement: <NotFound />,
    hydrateFallbackElement: <></>,
    children: [
      {
        // A page that cannot be loaded leaves the navigation in place.
        errorElement: <NotFound />,
        children: [
          {
            index: true,
            lazy: async () => ({ Component: (await import('../features/morning/morning-page')).MorningPage }),
          },
          {
            path: 'report',
            lazy: async () => ({ Component: (await import('../features/report/report-page')).ReportPage }),
          },
          {
            path: 'lake',
            lazy: async () => ({ Component: (await import('../features/lake/lake-page')).LakePage }),
          },
          {
            path: 'work/:queue?',
            lazy: async () => ({ Component: (await import('../features/work/work-page')).WorkPage }),
          },
          {
            path: 'upload',
            lazy: async () => ({ Component: (await import('../features/upload/upload-page')).UploadPage }),
          },
          {
            path: 'files/:fileId?',
            lazy: async () => ({ Component: (await import('../features/files/file-page')).FilePage }),
          },
          {
            path: 'runs',
            lazy: async () => ({ Component: (await import('../features/lake/runs-page')).RunsPage }),
          },
          {
            path: 'runs/:name',
            lazy: async () => ({ Component: (await import('../features/lake/run-page')).RunPage }),
          },
          {
            path: 'datasets/:dataset',
            lazy: async () => ({ Component: (await import('../features/catalog/dataset-page')).DatasetPage }),
          },
          {
            path: 'rows/:dataset/:key',
            lazy: async () => ({ Component: (await import('../features/catalog/row-page')).RowPage }),
          },
          {
            path: 'dashboards/:system?',
            lazy: async () => ({
              Component: (await import('../features/dashboards/dashboard-page')).DashboardPage,
            }),
          },
          {
            path: 'tables/:system/:table',
            lazy: async () => ({ Component: (await import('../features/catalog/table-page')).TablePage }),
          },
          {
            path: 'models/:name',
            lazy: async () => ({
              Component: (await import('../features/models/model-card-page')).ModelCardPage,
            }),
          },
          {
            path: 'catalog',
            lazy: async () => ({ Component: (await import('../features/catalog/catalog-page')).CatalogPage }),
          },
          {
            path: 'query',
            lazy: async () => ({ Component: (await import('../features/query/query-page')).QueryPage }),
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
]

/** Loads the chunk of the address's page while the session begins, which asks where the API is. */
export function loadPage(): void {
  const path = /^#(\/[^?]*)/.exec(window.location.hash)?.[1] ?? '/'
  const page = matchRoutes(ROUTES, path)?.at(-1)?.route.lazy
  if (typeof page === 'function') void page().catch(() => undefined) // the router reports a chunk that cannot be loaded
}

/** The page of the address. The router reads the address here and not at import: the session takes its token out of the address first. */
export function Pages() {
  const [router] = useState(() => createHashRouter(ROUTES))
  return <RouterProvider router={router} />
}
