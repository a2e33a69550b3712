# %% [markdown]
# # 13. Summary: pros and cons, and every claim
#
# What the models are good for, with the figures that the chapters measured. Run the other chapters first: this one
# reads the figures that they kept.

# %%
from lecture import kept

figures = kept()

# %% [markdown]
# ## Pros and cons
#
# | model | pros | cons |
# |---|---|---|
# | PCA | exact and fast, one optimum, components are not correlated (largest correlation {{Largest correlation between two components}}) | linear: with 10 numbers an autoencoder has {{Error of an autoencoder over PCA's, 10 latents}} times its error; keeps {{Kept by one component of PCA}} of a circle where a latent keeps {{Kept by one latent of an autoencoder}}; misses directions that are not orthogonal by {{PCA misses a direction by, in degrees}}° (ICA: {{ICA misses a direction by, in degrees}}°) |
# | autoencoder | small error for few numbers; removes noise (digits: {{Digits, noisy, dB}} dB to {{Digits, autoencoder, dB}} dB, the best linear filter: {{Digits, linear filter, dB}} dB) | not suited to generation: Fréchet distance of random digits {{Fréchet distance of an autoencoder's digits}}, VAE {{Fréchet distance of a VAE's digits}}; a mixture of Gaussians on its latents is necessary ({{Fréchet distance with a mixture}}) |
# | VAE | generates; continuous and complete latents with meaning (correlation with the smile {{Correlation with smile, unseen faces}}); an encoder; a bound on log p(x) | blurred: sharpness {{Sharpness of the VAE's clothes}} of real images; the likelihood is only a bound or an estimate |
# | GAN, DCGAN | better samples: Fréchet distance of clothes {{Fréchet distance of the DCGAN's clothes}} (VAE: {{Fréchet distance of the VAE's clothes}}), sharpness {{Sharpness of the DCGAN's clothes}}; no copies (distance to the training images {{Distance of samples to the nearest training image, over that of test images}} times that of test images) | hard to train (dense layers: {{Fréchet distance of the dense GAN's clothes}}); the loss says nothing about the samples; no encoder, no likelihood |
#
# ## Every slide and claim
#
# | slide, claim | chapter | command |
# |---|---|---|
# | Unsupervised learning: dimension reduction, clustering, density estimation, generation | [1](01-four-jobs.md) | `gen train pca`, `gen mixture`, `gen sample` |
# | Dimension reduction keeps what matters: compression, visualisation | [1](01-four-jobs.md), [2](02-pca.md) | `gen train pca`, `gen report` |
# | PCA is a change of basis, y = Px; projection a · b | [2](02-pca.md) | `gen train pca` |
# | C_X = E D Eᵀ, P = Eᵀ; C_Y is diagonal, variances in order | [2](02-pca.md) | `gen report` |
# | y = P_L x with L < m: components against error | [2](02-pca.md) | `gen train pca --n-components` |
# | Eigenfaces | [2](02-pca.md) | `gen report` |
# | Autoencoder z = f(x), x̂ = g(z), least squares; better than PCA | [3](03-autoencoder.md) | `gen train autoencoder`, `gen reconstruct` |
# | A linear autoencoder is PCA | [3](03-autoencoder.md) | `gen train autoencoder --no-bias` |
# | Denoising autoencoder; documents, digits, photographs | [4](04-denoising.md) | `gen denoise` |
# | How to draw from p(x)? An autoencoder is not suited; its latent space is not regularized | [5](05-not-for-generation.md) | `gen sample`, `gen mixture` |
# | Continuity and completeness | [5](05-not-for-generation.md), [6](06-vae.md) | `gen interpolate` |
# | VAE: q(z given x) = N(μ, σ²), z = μ + σ · ε | [6](06-vae.md) | `gen train vae` |
# | Loss C ‖x − x̂‖² + KL; definition of KL | [6](06-vae.md) | `gen train vae --beta --reconstruction-weight` |
# | Interpretable, independent dimensions: degree of smile × head pose | [7](07-smile-and-pose.md) | `gen traverse --direction`, `gen report` |
# | p(x) = ∫ p(z) p(x given z) dz: bounds, estimates | [8](08-likelihood.md) | `gen evaluate` |
# | GAN: two players, D(x) → 1, D(G(z)) → 0; at the end ½ and −log 4 | [9](09-gan-game.md) | `gen train gan`, `gen report` |
# | Figure 1 of Goodfellow et al. | [9](09-gan-game.md) | |
# | Samples beside their nearest training images | [10](10-gan-and-vae.md) | `gen evaluate --training` |
# | GANs have better samples than VAEs | [10](10-gan-and-vae.md) | `gen compare` |
# | DCGAN: walks, arithmetic, what D's filters see, dropping filters | [11](11-dcgan.md) | `gen interpolate` |
# | Shlens: where PCA works, where it fails, ICA | [12](12-where-pca-fails.md) | |
#
# ## What this chapter claims
#
# All figures of the first table come from the chapters:

# %%
print(f"{len(figures)} figures of the other chapters")
for name in sorted(figures):
    print(f"{name}: {figures[name]}")

# %% [markdown]
# ## Exercises
#
# 1. Choose a model for each of these tasks, and say which figure decides: archive a million scanned forms; find
#    broken parts among photographs of good ones; draw new icons for a game.
# 2. Diffusion models are not in this lecture. Which of the cons in the table do they avoid, and at what cost?
