import { lazy, Suspense } from 'react'

import { useUploads } from '../features/upload/uploads-store'

const Cards = lazy(async () => ({
  default: (await import('../features/upload/upload-cards')).UploadCards,
}))

/** The files that are on their way, on every page: who leaves the page Upload stops none of them. */
export function BackgroundUploads() {
  return useUploads().length > 0 ? (
    <Suspense>
      <Cards />
    </Suspense>
  ) : null
}
