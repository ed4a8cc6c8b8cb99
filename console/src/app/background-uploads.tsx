import { lazy, Suspense, useEffect } from 'react'

import { useCaller } from '../api/queries'
import { forgetOthers } from '../features/upload/kept-files'
import { useUploads } from '../features/upload/uploads-store'

const Cards = lazy(async () => ({
  default: (await import('../features/upload/upload-cards')).UploadCards,
}))

/** The files that are on their way, on every page: who leaves the page Upload stops none of them. */
export function BackgroundUploads() {
  const caller = useCaller().data?.name
  useEffect(() => {
    if (caller !== undefined) forgetOthers(caller).catch(() => undefined)
  }, [caller])
  return useUploads().length > 0 ? (
    <Suspense>
      <Cards />
    </Suspense>
  ) : null
}
