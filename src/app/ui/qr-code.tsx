import encodeQR from 'qr'

/** A QR code as a picture that a camera can read in dark mode too. */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg class="qr-code" role="img" aria-label={label} viewBox={`0 0 ${rows.length} ${rows.length}`}>
      <path class="qr-paper" d={`M0 0h${rows.length}v${rows.length}h-${rows.length}z`} />
      <path d={path} />
    </svg>
  )
}
