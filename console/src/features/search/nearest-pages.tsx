import { Anchor } from '@mantine/core'
import { Fragment } from 'react'

import { useFiles } from '../files/queries'
import { nearestPlaces } from './nearest-places'
import { placesOfFiles } from './search-results'
import { usePlaces } from './use-places'

const MOST_FILES = 3

interface Props {
  what: string
  name: string
}

/** Links to what an address of nothing may have meant: places with nearly its name, or files with it in theirs. */
export default function NearestPages({ what, name }: Props) {
  const files = useFiles({ name }, what === 'file' && Boolean(name))
  const every = usePlaces()
  const near =
    what === 'file'
      ? placesOfFiles(files.data?.pages[0]?.files ?? []).slice(0, MOST_FILES)
      : nearestPlaces(every, what, name)
  if (near.length === 0) return null
  return (
    <div>
      Did you mean{' '}
      {near.map(({ title, href }, at) => (
        <Fragment key={href}>
          {at === 0 ? '' : at === near.length - 1 ? ' or ' : ', '}
          <Anchor inherit href={href} className="any-text">
            {title}
          </Anchor>
        </Fragment>
      ))}
      ?
    </div>
  )
}
