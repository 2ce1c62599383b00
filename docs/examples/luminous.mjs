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
    method: body ? "POST" : "GET",
    ...options,
    headers: {
      authorization: `Bearer ${process.env.LUMINOUS_TOKEN}`,
      "idempotency-key": key,
      ...(body && { "content-type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Problem(await response.json());
  return response.json();
}
