import { Stack } from '@mantine/core'
import { useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'

import { UploadCard } from './upload-card'
import { removeUpload, useUploads } from './uploads-store'

/** The place of the cards: an element that the page Upload shows, and that is out of sight on other pages. */
const place = document.createElement('div')

/** The cards of all files, wherever the person is: their checks and commits go on. */
export function UploadCards() {
  return createPortal(
    <Stack gap="md">
      {useUploads().map((kept) => (
        <UploadCard key={kept.id} kept={kept} onRemove={() => removeUpload(kept.id)} />
      ))}
    </Stack>,
    place,
  )
}

/** Shows the cards here while it is mounted. */
export function ShownUploadCards() {
  const around = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    around.current?.append(place)
    // An element that comes back is scrolled to its top, and its list of rows has to read where it is.
    for (const scrolled of place.querySelectorAll('.import-grid')) scrolled.dispatchEvent(new Event('scroll'))
    return () => place.remove()
  }, [])
  return <div ref={around} />
}
