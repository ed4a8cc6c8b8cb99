import { Navigate, useSearchParams } from 'react-router'

import { NothingPage } from '../../components/nothing-here'
import { Answered } from '../../components/states'
import { useFiles } from './queries'

/** The page of the newest file with the key of the address: messages name files by their keys. */
export function FileByKey() {
  const [search] = useSearchParams()
  const key = search.get('key') ?? ''
  const files = useFiles({ name: key })
  return (
    <Answered of={files} what="the file">
      {({ pages }) => {
        const file = pages.flatMap((page) => page.files).find((each) => each.key === key)
        return file ? (
          <Navigate replace to={`/files/${encodeURIComponent(file.file_id)}`} />
        ) : (
          <NothingPage what="file" name={key} />
        )
      }}
    </Answered>
  )
}
