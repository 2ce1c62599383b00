// lib/luminous.mjs – LUMINOUS_URL=https://shop.example LUMINOUS_TOKEN=lum_…
export class Problem extends Error {
  constructor({ status, detail, request_id }) {
    super(detail);
    Object.assign(this, { status, requestId: request_id });
  }
}

export async function luminous(path, { body, key = crypto.randomUUID(), ...options } = {}) {
  const response = await fetch(`${process.env.LUMINOUS_URL}/api/v1${path}`, {
    cache: "no-store",
    ...options,
    method: body ? "POST" : "GET",
    headers: {
      authorization: `Bearer ${process.env.LUMINOUS_TOKEN}`,
      ...(body && { "content-type": "application/json", "idempotency-key": key }),
    },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Problem(await response.json());
  return response.json();
}
